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
    /// <summary>Opens a model of the experiment.</summary>
    internal static PolicyAnswerer Open(MLContext ml, TrainedModel model, string preset) =>
        new(ml.Pathology().Pretrained(model.Path, model.IsBase ? Presets.ModelOptions(preset) : null));

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
