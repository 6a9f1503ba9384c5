using PathVlm.MLNet;
using Microsoft.ML;
using PathVlm.Host.Runs;
using PathVlm.MLNet.Data.Rows;
using PathVlm.MLNet.Inference.Answering;
using PathVlm.MLNet.Inference.External;
using PathVlm.MLNet.Inference.Policies;

namespace PathVlm.Host.Experiments;

/// <summary>Answers rows.</summary>
internal interface IAnswerer : IDisposable
{
    /// <summary>Answers every row.</summary>
    /// <param name="rows">The rows, with their pictures.</param>
    /// <param name="told">Told each answer as it comes, with its row's place in the list; from several threads.</param>
    /// <param name="cancellation">Ends it.</param>
    void Answer(IReadOnlyList<PathologyRow> rows, Action<int, GivenAnswer> told, CancellationToken cancellation);
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

    public void Answer(IReadOnlyList<PathologyRow> rows, Action<int, GivenAnswer> told, CancellationToken cancellation)
    {
        foreach ((int index, PathologyAnswer answer) in model.Policy.Answer(rows, cancellation).Index())
            told(index, new GivenAnswer(answer.Response, answer.ResponseTokenCount, answer.IsTruncated));
    }

    public void Dispose() => model.Dispose();
}

/// <summary>A model behind an address.</summary>
internal sealed class ExternalAnswerer(ExternalModel model, string name) : IAnswerer
{
    private readonly OutageWatch _watch = new(name);

    public void Answer(IReadOnlyList<PathologyRow> rows, Action<int, GivenAnswer> told, CancellationToken cancellation) =>
        model.AnswerAsync(rows, (index, answer) =>
        {
            GivenAnswer given = new(answer.Response, answer.ResponseTokenCount, answer.IsTruncated, answer.Failure?.ToString());
            told(index, given);
            _watch.Count(given);
        }, cancellation).GetAwaiter().GetResult();

    public void Dispose()
    {
    }
}
