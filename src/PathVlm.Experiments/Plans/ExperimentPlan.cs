using PathVlm.MLNet.Inference.External;
using PathVlm.MLNet.Judging.Panel;
using PathVlm.MLNet.Judging.Protocol;
using PathVlm.MLNet.Judging.Rubric;

namespace PathVlm.Experiments.Plans;

/// <summary>The paper's design: which base models are trained with which seeds, and what the results are compared with.</summary>
public sealed record ExperimentPlan
{
    /// <summary>Options of the stages and of the bases.</summary>
    public required Recipe Recipe { get; init; }

    /// <summary>The base models (checkpoint folders or zips), one or more.</summary>
    public required IReadOnlyList<NamedPath> Bases { get; init; }

    /// <summary>The seeds, one or more, each once.</summary>
    /// <value>1.</value>
    public IReadOnlyList<long> Seeds { get; init; } = [1];

    /// <summary>The judge that the process reward asks and that reviews answers.</summary>
    /// <value>The offline rubric.</value>
    public IProcessJudge Judge { get; init; } = new RubricJudge();

    /// <summary>
    /// Bounds on asking the judge, and how findings are scored; <see cref="ReviewPanelOptions.RecordFile"/> stays null, records are kept
    /// in the output folder.
    /// </summary>
    /// <value>The recipe's.</value>
    public ReviewPanelOptions Panel { get => field ?? Recipe.Panel; init; }

    /// <summary>Sets of other modalities in OmniMedVQA's layout, which no model is trained on.</summary>
    /// <value>None.</value>
    public IReadOnlyList<NamedPath> OutOfDomain { get; init; } = [];

    /// <summary>Whether test rows may show pictures that a stage, or a base, was trained on.</summary>
    /// <value>false: they are refused before anything is trained.</value>
    public bool AllowTrainedRows { get; init; }

    /// <summary>Models behind OpenAI-compatible addresses that answer the same rows.</summary>
    /// <value>None.</value>
    public IReadOnlyList<ExternalEndpoint> Externals { get; init; } = [];

    /// <summary>How every external model is asked; the model's name and the prompt are set for each.</summary>
    public ExternalModelOptions External { get; init; } = new();

    /// <summary>Refuses a plan that cannot be run.</summary>
    /// <exception cref="ArgumentException">Bases or seeds are missing or repeated, or the panel names a record file.</exception>
    public void Validate()
    {
        if (Bases.Count == 0) throw new ArgumentException("Bases: expected one or more, got none");
        if (Seeds.Count == 0 || Seeds.Distinct().Count() < Seeds.Count)
            throw new ArgumentException($"Seeds: expected one or more, each once, got [{string.Join(' ', Seeds)}]");
        foreach ((string list, IEnumerable<string> names) in new[]
        {
            (nameof(Bases), Bases.Select(item => item.Name)), (nameof(OutOfDomain), OutOfDomain.Select(item => item.Name)),
            (nameof(Externals), Externals.Select(item => item.Name)),
        })
            if (names.GroupBy(name => name, StringComparer.OrdinalIgnoreCase).FirstOrDefault(name => name.Count() > 1) is { } repeated)
                throw new ArgumentException($"{list}: the name [{repeated.Key}] is taken; expected a name of its own for each");
        if (Panel.RecordFile is not null)
            throw new ArgumentException("RecordFile: the experiment keeps its records in the output folder; expected none");
    }
}
