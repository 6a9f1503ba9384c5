using PathVlm.MLNet.Data.Rows;
using PathVlm.MLNet.Evaluation;

namespace PathVlm.Host.Experiments;

/// <summary>A model's answers to a set, judged.</summary>
/// <param name="Answers">The answers, in the order of the rows.</param>
/// <param name="Rows">The same, judged.</param>
internal sealed record JudgedSet(IReadOnlyList<GivenAnswer> Answers, IReadOnlyList<EvaluatedRow> Rows)
{
    /// <summary>Judges answers by the rules of answer-rules.md.</summary>
    internal static JudgedSet Of(AnswerSet set, IReadOnlyList<GivenAnswer> answers) => new(answers, [.. set.Questions.Zip(answers, (question, answer) =>
        PathologyEvaluator.Judge(new PathologyRow(0, question, null), question.ImagePath, answer.Response, answer.Tokens, answer.Truncated))]);
}

/// <summary>One model: a variant of a base with a seed, a base itself, or an external model.</summary>
/// <param name="Base">The base's name; empty for an external model.</param>
/// <param name="Name">The variant, "base", or the external model's name.</param>
/// <param name="Seed">The seed; null where none was drawn upon.</param>
/// <param name="Sets">Its answers by the name of the set.</param>
internal sealed record ModelRun(string Base, string Name, long? Seed, IReadOnlyDictionary<string, JudgedSet> Sets)
{
    /// <summary>Mean process reward over the test rows; null where the judge was not asked about all of them.</summary>
    internal double? ProcessReward { get; init; }
}

/// <summary>A model over its seeds: a line of a table.</summary>
internal sealed record ModelLine(string Base, string Name, IReadOnlyList<ModelRun> Runs)
{
    /// <summary>Whether it is not ours.</summary>
    internal bool IsExternal => Base.Length == 0;

    /// <summary>
    /// The judged rows of a set over seeds, one after another, each row's name with its seed: rows about one picture stay one cluster, so an
    /// interval over them knows that seeds share pictures. A model without a seed stands once for every seed.
    /// </summary>
    internal IReadOnlyList<EvaluatedRow> Pooled(string set, IReadOnlyList<long> seeds) =>
        [.. seeds.SelectMany(seed => (Runs.FirstOrDefault(run => run.Seed == seed) ?? Runs[0]).Sets[set].Rows
            .Select(row => row with { Id = FormattableString.Invariant($"seed {seed}: {row.Id}") }))];
}
