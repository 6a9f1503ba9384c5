using Microsoft.ML;
using PathVlm.Host.Runs;
using PathVlm.MLNet;
using PathVlm.MLNet.Data;
using PathVlm.MLNet.Inference;
using PathVlm.MLNet.Inference.External;

namespace PathVlm.Host.Experiments;

/// <summary>Answers rows.</summary>
internal interface IAnswerer : IDisposable
{
    /// <summary>One answer a row, in their order.</summary>
    IReadOnlyList<GivenAnswer> Answer(IReadOnlyList<PathologyRow> rows, CancellationToken cancellation);
}

/// <summary>A model of ours.</summary>
internal sealed class PolicyAnswerer(PathologyTransformer model) : IAnswerer
{
    /// <summary>Opens a model of the experiment, on the device that fine-tuning runs on.</summary>
    internal static PolicyAnswerer Open(MLContext ml, TrainedModel model, ExperimentPlan plan)
    {
        PathologyModelOptions options = model.IsBase ? Presets.ModelOptions(plan.Preset) : new PathologyModelOptions();
        options.Device = Presets.Sft(plan.Preset, plan.Configuration).Device;
        return new PolicyAnswerer(ml.Pathology().Pretrained(model.Path, options));
    }

    public IReadOnlyList<GivenAnswer> Answer(IReadOnlyList<PathologyRow> rows, CancellationToken cancellation) =>
        [.. model.Policy.Answer(rows, cancellation).Select(answer => new GivenAnswer(answer.Response, answer.ResponseTokenCount, answer.IsTruncated))];

    public void Dispose() => model.Dispose();
}

/// <summary>A model behind an address.</summary>
internal sealed class ExternalAnswerer(ExternalModel model) : IAnswerer
{
    public IReadOnlyList<GivenAnswer> Answer(IReadOnlyList<PathologyRow> rows, CancellationToken cancellation) =>
    [
        .. model.AnswerAsync(rows, cancellation).GetAwaiter().GetResult()
            .Select(answer => new GivenAnswer(answer.Response, answer.ResponseTokenCount, answer.IsTruncated, answer.Failure?.ToString())),
    ];

    public void Dispose()
    {
    }
}
