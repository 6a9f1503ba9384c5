using PathVlm.MLNet.Training.Logging;
using PathVlm.MLNet.Training.Loop;
using PathVlm.Modeling;
using PathVlm.Modeling.Language;
using TorchSharp;
using static TorchSharp.torch;

namespace PathVlm.MLNet.Training.Sft;

/// <summary>Validates a model with rows that are not trained on: mean loss and accuracy over all their answer tokens.</summary>
internal static class SupervisedValidation
{
    /// <summary>eval_loss and eval_mean_token_accuracy.</summary>
    /// <param name="model">The model.</param>
    /// <param name="features">Features of its pictures.</param>
    /// <param name="examples">The rows, one or more.</param>
    /// <param name="batchSize">Rows computed at one time; the numbers do not depend on it.</param>
    /// <param name="cancellation">Ends between two batches.</param>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public static Dictionary<string, double> Run(
        Qwen25VlModel model, PictureFeatureCache features, IReadOnlyList<SupervisedExample> examples, int batchSize,
        CancellationToken cancellation)
    {
        using IDisposable noGradient = no_grad();
        double loss = 0, hits = 0;
        long tokens = 0;
        for (int start = 0; start < examples.Count; start += batchSize)
        {
            cancellation.ThrowIfCancellationRequested();
            using DisposeScope scope = NewDisposeScope();
            List<SupervisedExample> batch = [];
            for (int i = start; i < Math.Min(start + batchSize, examples.Count); i++) batch.Add(examples[i]);
            TokenScores scores = SupervisedScorer.Score(model, features, batch);
            loss -= scores.LogProbabilities.to(ScalarType.Float64).sum().item<double>();
            hits += scores.Correct!.sum().item<long>();
            tokens += scores.LogProbabilities.shape[0];
        }
        return new Dictionary<string, double>
        {
            [MetricNames.ValidationLoss] = loss / tokens,
            [MetricNames.ValidationTokenAccuracy] = hits / tokens,
        };
    }
}
