using Microsoft.ML;
using PathVlm.Experiments.Plans;
using PathVlm.MLNet;
using PathVlm.MLNet.Inference.Policies;
using PathVlm.MLNet.Training.Grpo.Options;
using PathVlm.MLNet.Training.Options;
using PathVlm.MLNet.Training.Sft;

namespace PathVlm.Experiments.Stages;

/// <summary>
/// Refuses, before anything is trained or answered, rows whose prompts are longer than a stage takes; the settings to change are named.
/// </summary>
/// <param name="model">The checkpoint folder or zip that the stages start from.</param>
/// <param name="first">The stage that later ones go on from.</param>
/// <param name="cancellation">Stops between two rows.</param>
internal sealed class StagePromptCheck(string model, PathologySftOptions first, CancellationToken cancellation)
{
    private const string Model = "Model";
    private readonly PromptCheck _check = PromptCheck.Open(model, cancellation);

    /// <summary>Checks the rows that a stage is trained on.</summary>
    internal void Add(IDataView rows, PathologySftOptions options) => _check.Add(rows, options, SectionOf(StageKind.FineTuning));

    /// <summary>Checks the rows that a stage is trained on.</summary>
    internal void Add(IDataView rows, GrpoOptions options, StageKind kind) => _check.Add(rows, options, first, SectionOf(kind));

    /// <summary>Checks rows that the model answers before it is trained.</summary>
    internal void AddAnswers(IDataView rows, PathologyModelOptions options) => _check.AddAnswers(rows, options, section: Model);

    /// <summary>Checks rows that a trained stage answers.</summary>
    internal void AddAnswers(IDataView rows, PathologyTrainingOptions options, StageKind kind) => _check.AddAnswers(
        rows,
        new PathologyModelOptions
        {
            PromptTemplate = options.PromptTemplate ?? first.PromptTemplate,
            MinPixels = options.MinPixels ?? first.MinPixels,
            MaxPixels = options.MaxPixels ?? first.MaxPixels,
            MaxPromptLength = options.MaxPromptLength,
        },
        section: SectionOf(kind));

    /// <summary>Ends the check.</summary>
    /// <exception cref="InvalidDataException">Prompts are too long; the message names settings and rows.</exception>
    internal void RequireNone() => _check.RequireNone();

    private static string SectionOf(StageKind kind) => kind switch
    {
        StageKind.FineTuning => "Sft",
        StageKind.OutcomeGrpo => "Grpo",
        _ => "Process",
    };
}
