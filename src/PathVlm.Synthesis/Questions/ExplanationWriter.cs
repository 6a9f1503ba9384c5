using PathVlm.Modeling.Numerics;
using PathVlm.Synthesis.Findings;

namespace PathVlm.Synthesis.Questions;

/// <summary>
/// Writes explanations: what is seen, then the conclusion. As in real sets most stop there; some also rule an option out or
/// cite a criterion, the steps that a reward for the reasoning can bring out later.
/// </summary>
/// <param name="steps">Chance to rule an option out, and the same again to cite a criterion, 0 to 1.</param>
/// <param name="both">Chance of one of the two where the other is there, 0 to 1; <paramref name="steps"/>: the two are independent.</param>
internal sealed class ExplanationWriter(double steps, double both)
{
    // So many that the rest cannot hold the other step often enough do both in any case.
    private double Both => Math.Max(both, 2 - (1 / steps));

    /// <summary>Writes an explanation.</summary>
    /// <param name="tile">The tile.</param>
    /// <param name="kind">What is asked.</param>
    /// <param name="right">The answer.</param>
    /// <param name="excluded">The option that is ruled out, where one is.</param>
    /// <param name="random">Draws of this question.</param>
    public string Write(Tile tile, QuestionKind kind, Choice right, Choice excluded, SeededRandom random)
    {
        string feature = kind == QuestionKind.Feature ? tile.Finding.Features[0] : random.Pick(tile.Finding.Features);
        List<string> sentences = [See(feature, tile.Companion, random)];
        bool exclude = random.Chance(steps);
        bool cite = random.Chance(exclude ? Both : (1 - Both) * steps / (1 - steps));
        if (cite)
            sentences.Add(Cite(tile.Finding, random));
        if (exclude)
            sentences.Add(Exclude(excluded, tile.Finding, random));
        sentences.Add(Conclude(tile.Finding, kind, right, random));
        return string.Join(' ', sentences);
    }

    /// <summary>A sentence that says what is seen.</summary>
    internal static string See(string feature, Companion companion, SeededRandom random)
    {
        string beside = companion == Companion.None || random.Chance(0.6) ? "" : " and " + companion.Name();
        return random.Below(3) switch
        {
            0 => $"The tile shows {feature}{beside}.",
            1 => $"There are {feature}{beside}.",
            _ => $"We see {feature}{beside}.",
        };
    }

    /// <summary>A sentence that cites the criterion.</summary>
    internal static string Cite(Finding finding, SeededRandom random) => random.Chance(0.5)
        ? $"By definition, {finding.Criterion}."
        : $"The criterion is that {finding.Criterion}.";

    /// <summary>A sentence that rules an option out.</summary>
    internal static string Exclude(Choice excluded, Finding seen, SeededRandom random)
    {
        string reason = excluded.Finding?.Absence ?? (seen.Malignant ? "the cells are atypical" : "the cells are bland");
        return random.Chance(0.5)
            ? $"We exclude {excluded.Text} because {reason}."
            : $"This rules out {excluded.Text} since {reason}.";
    }

    private static string Conclude(Finding finding, QuestionKind kind, Choice right, SeededRandom random) => random.Pick<string>(kind switch
    {
        QuestionKind.Diagnosis => [$"This points to {right.Text}.", $"The picture fits {right.Text}."],
        QuestionKind.Feature => [$"These are {finding.Name}, seen as {right.Text}."],
        QuestionKind.Criterion => [$"This is the rule of {finding.Diagnosis}.", $"This points to {finding.Diagnosis}."],
        QuestionKind.Cells => [$"The matter here is {right.Text}.", $"The tile is made of {right.Text}."],
        QuestionKind.Marker => [$"This points to {finding.Diagnosis}, so {right.Text} is expected."],
        QuestionKind.Behaviour => [$"This points to {finding.Diagnosis}, which is {right.Text}."],
        _ => [$"These are {right.Text}.", $"The picture fits {right.Text}."],
    });
}
