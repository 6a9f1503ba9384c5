using Microsoft.ML;
using PathVlm.Experiments.Plans;
using PathVlm.MLNet;
using PathVlm.MLNet.Data.Rows;
using PathVlm.MLNet.Inference.Answering;
using PathVlm.MLNet.Inference.Policies;

namespace PathVlm.Experiments.Answers;

/// <summary>A model of the experiment.</summary>
internal sealed class PolicyAnswerer(PathologyTransformer model) : IAnswerer
{
    /// <summary>Opens a model of the experiment, on the device that fine-tuning runs on.</summary>
    internal static PolicyAnswerer Open(MLContext ml, TrainedModel model, Recipe recipe)
    {
        PathologyModelOptions options = model.IsBase ? recipe.Model.Copy() : new PathologyModelOptions();
        options.Device = recipe.Sft.Device;
        return new PolicyAnswerer(ml.Pathology().Pretrained(model.Path, options));
    }

    /// <inheritdoc/>
    public void Answer(IReadOnlyList<PathologyRow> rows, Action<int, GivenAnswer> onAnswer, CancellationToken cancellation)
    {
        foreach ((int index, PathologyAnswer answer) in model.Policy.Answer(rows, cancellation).Index())
            onAnswer(index, new GivenAnswer(answer.Response, answer.ResponseTokenCount, answer.IsTruncated));
    }

    /// <inheritdoc/>
    public void Dispose() => model.Dispose();
}
