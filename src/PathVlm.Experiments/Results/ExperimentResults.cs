using PathVlm.Experiments.Answers;
using PathVlm.Experiments.Plans;
using PathVlm.MLNet.Data.Rows;
using PathVlm.MLNet.Judging.Canaries;

namespace PathVlm.Experiments.Results;

/// <summary>The content of the reports.</summary>
internal sealed record ExperimentResults
{
    internal required ExperimentPlan Plan { get; init; }

    /// <summary>The settings that the results depend on, by name.</summary>
    internal required IReadOnlyDictionary<string, string> Settings { get; init; }

    /// <summary>Rows of each stage: Sft, Rl, Test.</summary>
    internal required IReadOnlyDictionary<string, int> StageRows { get; init; }

    /// <summary>The sets that every model answered.</summary>
    internal required IReadOnlyList<AnswerSet> Sets { get; init; }

    /// <summary>The models, one line each, those of a base together: base, variants, then external models.</summary>
    internal required IReadOnlyList<ModelLine> Lines { get; init; }

    internal required IReadOnlyList<ReasoningCase> Cases { get; init; }

    internal required CanaryReport Canaries { get; init; }

    /// <summary>The test rows.</summary>
    internal AnswerSet Test => Sets.First(set => set.Name == AnswerSet.Test);

    /// <summary>The accuracy of guessing among each row's options, on average, 0 to 1.</summary>
    internal double Guessing => Test.Questions.Average(question => 1.0 / Math.Max(1, question.Options.Count));

    /// <summary>A model's name in tables: with its base where there are several.</summary>
    internal string TitleOf(ModelLine line) => line.IsExternal || Plan.Bases.Count == 1 ? line.Name : $"{line.Base}: {line.Name}";

    /// <summary>A base's line of a variant.</summary>
    internal ModelLine LineOf(string baseName, string variant) => Lines.First(line => line.Base == baseName && line.Name == variant);

    /// <summary>The questions of a set.</summary>
    internal IReadOnlyList<PathologyQuestion> QuestionsOf(string set) => Sets.First(item => item.Name == set).Questions;

    /// <summary>The external models with too many unanswered rows in a set, in one line; null where there are none.</summary>
    internal string? UnansweredInWords()
    {
        string[] models = [.. Lines.Where(line => line.IsExternal).Select(UnansweredOf).OfType<string>()];
        return models.Length == 0
            ? null
            : $"{string.Join("; ", models)}; tables show their number instead of an accuracy: --resume asks for these rows again";
    }

    private static string? UnansweredOf(ModelLine line)
    {
        GivenAnswer[] answers =
            [.. line.Runs[0].Sets.Values.Where(set => UnansweredRows.TooMany(set.Answers)).SelectMany(set => set.Answers)];
        int missing = answers.Count(answer => answer.Failure is not null);
        return answers.Length == 0
            ? null
            : $"the external model [{line.Name}] did not answer {missing} of {answers.Length} rows: "
                + UnansweredRows.CausesInWords(answers);
    }
}
