using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;
using PathVlm.MLNet.Data.Rows;
using PathVlm.MLNet.Persistence;

namespace PathVlm.MLNet.Rewards;

/// <summary>
/// Base of rewards that judge each rollout of a row: reads <see cref="PathologyColumns.Rollouts"/> (vector of text, length G) and adds
/// one column (vector of <see cref="float"/>, length G; NaN where the reward gives no score).
/// </summary>
internal abstract class RolloutRewardTransformer : RowTransformer
{
    private readonly string _name;

    private protected RolloutRewardTransformer(IHostEnvironment environment, string name, string outputColumn)
        : base(environment, name)
    {
        _name = name;
        OutputColumn = outputColumn;
    }

    /// <summary>Name of the column that is added.</summary>
    public string OutputColumn { get; }

    /// <summary>Columns beside the rollouts that a score is made from; checked here.</summary>
    private protected virtual IEnumerable<DataViewSchema.Column> MoreInputs(DataViewSchema schema) => [];

    /// <summary>Scores the rollouts [G] of the row that <paramref name="row"/> stands on when the function is called.</summary>
    private protected abstract Func<string[], float[]> Scorer(DataViewRow row);

    private protected override IRowFunction Bind(DataViewSchema schema) =>
        new Function(
            this, [ColumnShape.Vector(PathologyColumns.Rollouts, TextDataViewType.Instance).Find(schema, _name), .. MoreInputs(schema)]);

    private sealed class Function(RolloutRewardTransformer parent, DataViewSchema.Column[] inputs) : IRowFunction
    {
        public IReadOnlyList<DataViewSchema.DetachedColumn> Outputs { get; } =
            [new(parent.OutputColumn, new VectorDataViewType(NumberDataViewType.Single))];

        public IEnumerable<DataViewSchema.Column> InputsOf(int output) => inputs;

        public Delegate?[] Getters(DataViewRow row, Func<int, bool> isActive)
        {
            if (!isActive(0)) return [null];
            ValueGetter<VBuffer<ReadOnlyMemory<char>>> rollouts = row.GetGetter<VBuffer<ReadOnlyMemory<char>>>(inputs[0]);
            Func<string[], float[]> score = parent.Scorer(row);
            VBuffer<ReadOnlyMemory<char>> buffer = default;
            return [(ValueGetter<VBuffer<float>>)Score];

            void Score(ref VBuffer<float> value)
            {
                rollouts(ref buffer);
                float[] scores = score([.. buffer.DenseValues().Select(rollout => rollout.ToString())]);
                value = new VBuffer<float>(scores.Length, scores);
            }
        }
    }
}
