using Microsoft.ML;
using PathVlm.MLNet.Data.Rows;
using PathVlm.MLNet.Inference.Answering;
using PathVlm.MLNet.Inference.Policies;
using PathVlm.MLNet.Views;
using PathVlm.Modeling.Generation.Decoding;
using PathVlm.Modeling.Generation.Sampling;

namespace PathVlm.MLNet.Inference.Rollouts;

/// <summary>Samples completions of rows as columns, outside training: for rewards to be tried, and for people to look at.</summary>
internal static class RolloutSampling
{
    /// <summary>The rows with <c>Rollouts</c> and <c>RolloutTokenCounts</c> [G]; sampled in batches, where somebody asks.</summary>
    public static IDataView Sample(ITransformer model, IDataView rows, int groupSize, RolloutOptions options)
    {
        options.Validate();
        if (groupSize < 1) throw new ArgumentOutOfRangeException(nameof(groupSize), $"GroupSize: expected 1 or more, got {groupSize}");
        PathologySchema.Check(rows.Schema, PathologyTransformer.Needs);
        PathologyTransformer stage = PathologyModelFile.Flatten(model).OfType<PathologyTransformer>().LastOrDefault()
            ?? throw new ArgumentOutOfRangeException(
                nameof(model),
                "Model: expected what SupervisedFineTuning, Grpo or Pretrained returns, got a transformer without a PathVlm.MLNet model "
                + "in it.");
        PathologyPolicy policy = stage.Policy;
        (SamplingOptions sampling, long seed) = (options.Sampling, options.Seed);
        MappedColumns<RolloutGroup> columns = MappedColumns<RolloutGroup>.Append(rows.Schema, RolloutColumns.All);
        return new LookAheadView<PathologyRow, RolloutGroup>(rows, columns, RowLookAhead.Of(options.RowBatchSize, Groups));

        IReadOnlyList<RolloutGroup> Groups(IReadOnlyList<PathologyRow> batch)
        {
            GeneratedSequence[] sequences = policy.Generate(
                [.. batch.Select(policy.Encode)], groupSize, sampling, seed, step: 0, [.. batch.Select(row => row.Index)]);
            return [.. batch.Zip(sequences.Chunk(groupSize), (row, group) => new RolloutGroup(
                row.Index, [.. group.Select(sequence => policy.Encoder.Text(sequence.TokenIds))],
                    [.. group.Select(sequence => sequence.TokenIds.Count)]))];
        }
    }
}
