using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;
using PathVlm.MLNet.Persistence;

namespace PathVlm.MLNet.Rewards;

/// <summary>Adds <c>Reward</c> [G]: the weighted sum of several reward columns [G]. See <see cref="RewardSumEstimator"/>.</summary>
[PersistedComponent("RewardSum", 1)]
public sealed class RewardSumTransformer : RowTransformer
{
    internal const string Name = "RewardSum";
    private const string SettingsEntry = "Settings.json";
    private readonly RewardWeight[] rewards;

    internal RewardSumTransformer(IHostEnvironment environment, IReadOnlyList<RewardWeight> rewards)
        : base(environment, Name)
    {
        this.rewards = [.. rewards];
    }

    /// <summary>The reward columns and their weights.</summary>
    public IReadOnlyList<RewardWeight> Rewards => rewards;

    internal static ITransformer Load(IHostEnvironment environment, ModelReader reader)
    {
        RewardWeight[] rewards = reader.ReadJson<RewardWeight[]>(SettingsEntry);
        RewardWeight.Check(rewards, message => new InvalidDataException($"{reader.Name(SettingsEntry)}: {message}"));
        return new RewardSumTransformer(environment, rewards);
    }

    private protected override void Write(ModelWriter writer) => writer.WriteJson(SettingsEntry, rewards);

    private protected override IRowFunction Bind(DataViewSchema schema) =>
        new Function(this, [.. rewards.Select(reward => ColumnShape.Vector(reward.Column, NumberDataViewType.Single).Find(schema, Name))]);

    private sealed class Function(RewardSumTransformer parent, DataViewSchema.Column[] inputs) : IRowFunction
    {
        public IReadOnlyList<DataViewSchema.DetachedColumn> Outputs { get; } =
            [new(RewardSumEstimator.OutputColumn, new VectorDataViewType(NumberDataViewType.Single))];

        public IEnumerable<DataViewSchema.Column> InputsOf(int output) => inputs;

        public Delegate?[] Getters(DataViewRow row, Func<int, bool> isActive)
        {
            if (!isActive(0)) return [null];
            var getters = inputs.Select(row.GetGetter<VBuffer<float>>).ToArray();
            var buffers = new VBuffer<float>[inputs.Length];
            float[] weights = [.. parent.rewards.Select(reward => reward.Weight)];
            return [(ValueGetter<VBuffer<float>>)Sum];

            void Sum(ref VBuffer<float> value)
            {
                var scores = new float[inputs.Length][];
                for (int index = 0; index < inputs.Length; index++)
                {
                    getters[index](ref buffers[index]);
                    scores[index] = [.. buffers[index].DenseValues()];
                    if (scores[index].Length != scores[0].Length)
                        throw new InvalidOperationException($"{Name}, row {row.Position}: [{inputs[index].Name}] has {scores[index].Length} scores and [{inputs[0].Name}] {scores[0].Length}; each reward gives one score a rollout.");
                }
                float[] total = RewardSum.Of(scores, weights);
                value = new VBuffer<float>(total.Length, total);
            }
        }
    }
}
