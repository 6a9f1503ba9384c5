using PathVlm.MLNet.Training.Grpo.Losses;
using PathVlm.MLNet.Training.Grpo.Rollouts;
using PathVlm.MLNet.Training.Logging;
using TorchSharp;

namespace PathVlm.MLNet.Training.Grpo.Scoring;

/// <summary>
/// How far the sampler's log-probabilities are from the trainer's of the same weights (sampling/sampling_logp_difference/mean and max):
/// more than 1e-3 in float32 means that sampling and loss do not see the same distribution.
/// </summary>
internal static class SamplingDifference
{
    /// <summary>Both metrics of a micro-batch; none where the rollouts tell no log-probabilities.</summary>
    /// <param name="batch">The generation batch.</param>
    /// <param name="rows">Rows of the micro-batch.</param>
    /// <param name="inputs">Its old log-probabilities are those of the weights that sampled.</param>
    public static IEnumerable<KeyValuePair<string, double>> Of(GenerationBatch batch, int[] rows, LossInputs inputs)
    {
        if (rows.Any(row => batch.Rollouts[row].LogProbabilities is null)) yield break;
        torch.Tensor old = inputs.OldLogProbabilities.cpu();
        float[] flat = old.data<float>().ToArray();
        int width = (int)old.shape[1], count = 0;
        double sum = 0, largest = 0;
        for (int i = 0; i < rows.Length; i++)
        {
            IReadOnlyList<float> sampled = batch.Rollouts[rows[i]].LogProbabilities!;
            for (int token = 0; token < sampled.Count; token++, count++)
            {
                double difference = Math.Abs(sampled[token] - flat[i * width + token]);
                sum += difference;
                largest = Math.Max(largest, difference);
            }
        }
        yield return new(MetricNames.SamplingDifferenceMean, sum / count);
        yield return new(MetricNames.SamplingDifferenceMax, largest);
    }
}
