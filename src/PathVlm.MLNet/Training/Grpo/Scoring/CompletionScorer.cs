using PathVlm.MLNet.Training.Grpo.Rollouts;
using PathVlm.MLNet.Training.Loop;
using PathVlm.Modeling.Language;
using PathVlm.Modeling.Sequences;
using PathVlm.Modeling;
using TorchSharp;
using static TorchSharp.torch;

namespace PathVlm.MLNet.Training.Grpo.Scoring;

/// <summary>
/// Log-probabilities of completions in one packed pass: each distinct prompt once, its completions with it as their parent, logits of
/// completion tokens alone, at the sampler's temperature over the tokens the sampler may choose.
/// </summary>
internal sealed class CompletionScorer(Qwen25VlModel model, PictureFeatureCache features, double temperature, Tensor? suppressedIds)
{
    /// <summary>Scores rows of a generation batch.</summary>
    /// <param name="batch">The generation batch.</param>
    /// <param name="rows">Rows, in the order wanted; one may come more than once.</param>
    /// <param name="entropy">Whether entropies are computed.</param>
    /// <returns>[tokens of all rows], row after row, in the caller's dispose scope.</returns>
    public TokenScores Score(GenerationBatch batch, IReadOnlyList<int> rows, bool entropy)
    {
        PackedSequencesBuilder builder = new(model.Configuration);
        Dictionary<int, int> parents = [];
        List<TrainingPicture> pictures = [];
        List<int> segments = [];
        foreach (int row in rows)
        {
            int group = row / batch.GroupSize;
            if (!parents.TryGetValue(group, out int parent))
            {
                GrpoPrompt prompt = batch.Prompts[group];
                parents.Add(group, parent = builder.AddPrompt(prompt.TokenIds, [.. prompt.Pictures.Select(picture => picture.Grid)]));
                pictures.AddRange(prompt.Pictures);
            }
            segments.Add(builder.AddCompletion(parent, batch.Rollouts[row].TokenIds));
        }
        PackedSequences packed = builder.Build(model.Device);
        ForwardRows predicting = ForwardRows.Of(segments.SelectMany(segment => ForwardRows.Predicting(packed, segment)));
        long[] targets = [.. rows.SelectMany(row => batch.Rollouts[row].TokenIds).Select(id => (long)id)];
        Tensor hidden = model.Forward(packed, features.FeaturesOf(pictures), predicting);
        return model.TokenLogProbabilities(
            hidden, tensor(targets, device: model.Device),
            new TokenScoreOptions { Temperature = temperature, SuppressedIds = suppressedIds, Entropy = entropy });
    }

    /// <summary>Log-probabilities of all rows without gradient, a number of rows per pass.</summary>
    /// <param name="batch">The generation batch.</param>
    /// <param name="batchSize">Rows per pass.</param>
    /// <param name="cancellation">Ends between two passes.</param>
    /// <returns>One array of log-probabilities per row, one per token.</returns>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public float[][] LogProbabilities(GenerationBatch batch, int batchSize, CancellationToken cancellation)
    {
        using IDisposable noGradient = no_grad();
        float[][] rows = new float[batch.Rollouts.Count][];
        foreach (int[] part in Enumerable.Range(0, rows.Length).Chunk(batchSize))
        {
            cancellation.ThrowIfCancellationRequested();
            using DisposeScope scope = NewDisposeScope();
            float[] flat = Score(batch, part, entropy: false).LogProbabilities.to(ScalarType.Float32).cpu().data<float>().ToArray();
            int next = 0;
            foreach (int row in part)
            {
                int length = batch.Rollouts[row].TokenIds.Count;
                rows[row] = flat[next..(next + length)];
                next += length;
            }
        }
        return rows;
    }
}
