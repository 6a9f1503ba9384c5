namespace PathVlm.MLNet.Judging.Protocol;

/// <summary>What a judge found in one reasoning: itemised, with exact quotes, without a score (<c>path_reasoning_review_v1</c>).</summary>
/// <param name="VisualAnalysis">The step that analyses features of the picture.</param>
/// <param name="OptionElimination">The step that excludes options.</param>
/// <param name="Knowledge">The step that cites medical knowledge.</param>
/// <param name="Violations">Breaches of histology, logic or standards.</param>
/// <param name="UnableToJudge">Why nothing could be judged; null where something could.</param>
public sealed record ReviewFindings(
    VisualFinding VisualAnalysis,
    EliminationFinding OptionElimination,
    KnowledgeFinding Knowledge,
    IReadOnlyList<ReviewViolation> Violations,
    string? UnableToJudge);

/// <summary>The visual step.</summary>
/// <param name="Quote">Words of the reasoning that name what is seen; null for none.</param>
/// <param name="ShownInImage">Whether the picture shows it.</param>
/// <param name="Present">Whether the judge holds the step to be there.</param>
public sealed record VisualFinding(string? Quote, ShownInImage ShownInImage, bool Present);

/// <summary>The elimination step.</summary>
/// <param name="Rejected">The options that the reasoning rejects.</param>
/// <param name="Present">Whether the judge holds the step to be there.</param>
public sealed record EliminationFinding(IReadOnlyList<RejectedOption> Rejected, bool Present);

/// <summary>One rejected option.</summary>
/// <param name="Option">Its label, its text, or both.</param>
/// <param name="Quote">The words that reject it.</param>
public sealed record RejectedOption(string Option, string Quote);

/// <summary>The knowledge step.</summary>
/// <param name="Quote">Words of the reasoning that cite knowledge; null for none.</param>
/// <param name="Fact">The fact they cite; null for none.</param>
/// <param name="Present">Whether the judge holds the step to be there.</param>
public sealed record KnowledgeFinding(string? Quote, string? Fact, bool Present);

/// <summary>One breach.</summary>
/// <param name="Kind">Its kind.</param>
/// <param name="Quote">The words of the reasoning.</param>
/// <param name="Why">Why they are a breach.</param>
public sealed record ReviewViolation(ViolationKind Kind, string Quote, string Why);

/// <summary>Whether the picture shows what the reasoning names.</summary>
public enum ShownInImage
{
    /// <summary>It does.</summary>
    Yes,

    /// <summary>It does not.</summary>
    No,

    /// <summary>The judge cannot tell.</summary>
    CannotTell,
}

/// <summary>Kinds of breach that cost soundness.</summary>
public enum ViolationKind
{
    /// <summary>A breach of basic histology.</summary>
    BasicHistology,

    /// <summary>A logical contradiction.</summary>
    Contradiction,

    /// <summary>An outdated or inappropriate standard.</summary>
    OutdatedStandard,
}
