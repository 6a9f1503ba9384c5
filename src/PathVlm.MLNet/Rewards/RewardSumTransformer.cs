using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;
using PathVlm.MLNet.Data.Rows;
using PathVlm.MLNet.Persistence;
using PathVlm.MLNet.Rewards.Scaling;

namespace PathVlm.MLNet.Rewards;

/// <summary>Adds <c>Reward</c> and <c>Advantage</c> [G] to rollouts with reward columns [G] (<see cref="RewardSumEstimator"/>).</summary>
[PersistedComponent("RewardSum", 1)]
internal sealed class RewardSumTransformer : RowTransformer
{
    internal const string Name = "RewardSum";
    private const string SettingsEntry = "Settings.json";
    private readonly RewardWeight[] _rewards;

    internal RewardSumTransformer(IHostEnvironment environment, IReadOnlyList<RewardWeight> rewards, MissingRewardPolicy missing)
        : base(environment, Name)
    {
        _rewards = [.. rewards];
        MissingReward = missing;
    }

    /// <summary>The reward columns and their weights.</summary>
    public IReadOnlyList<RewardWeight> Rewards => _rewards;

    /// <summary>What stands in for a score that a reward did not give.</summary>
    public MissingRewardPolicy MissingReward { get; }

    internal static IReadOnlyList<ColumnShape> Shapes { get; } =
    [
        ColumnShape.Vector(PathologyColumns.Reward, NumberDataViewType.Single),
        ColumnShape.Vector(PathologyColumns.Advantage, NumberDataViewType.Single),
    ];

    internal static ITransformer Load(IHostEnvironment environment, ModelReader reader)
    {
        Settings settings = reader.ReadJson<Settings>(SettingsEntry);
        RewardWeight.Check(
            settings.Rewards, settings.MissingReward, message => new InvalidDataException($"{reader.Name(SettingsEntry)}: {message}"));
        return new RewardSumTransformer(environment, settings.Rewards, settings.MissingReward);
    }

    private protected override void Write(ModelWriter writer) => writer.WriteJson(SettingsEntry, new Settings(_rewards, MissingReward));

    private protected override IRowFunction Bind(DataViewSchema schema) =>
        new Function(this, [.. _rewards.Select(reward => ColumnShape.Vector(reward.Column, NumberDataViewType.Single).Find(schema, Name))]);

    private sealed record Settings(RewardWeight[] Rewards, MissingRewardPolicy MissingReward);

    private sealed class Function(RewardSumTransformer parent, DataViewSchema.Column[] inputs) : IRowFunction
    {
        public IReadOnlyList<DataViewSchema.DetachedColumn> Outputs { get; } =
        [
            .. Shapes.Select(shape =>
                new DataViewSchema.DetachedColumn(shape.Name, new VectorDataViewType((PrimitiveDataViewType)shape.ItemType))),
        ];

        public IEnumerable<DataViewSchema.Column> InputsOf(int output) => inputs;

        public Delegate?[] Getters(DataViewRow row, Func<int, bool> isActive)
        {
            if (!isActive(0) && !isActive(1)) return [null, null];
            ValueGetter<VBuffer<float>>[] getters = inputs.Select(row.GetGetter<VBuffer<float>>).ToArray();
            return
            [
                Getter(isActive(0), result => Array.ConvertAll(result.Rewards, value => (float)value)),
                Getter(isActive(1), result => result.Advantages),
            ];

            ValueGetter<VBuffer<float>>? Getter(bool active, Func<AdvantageResult, float[]> select) => !active
                ? null
                : (ref VBuffer<float> value) =>
            {
                float[] values = select(parent.Compute(Scores(row, getters)));
                value = new VBuffer<float>(values.Length, values);
            };
        }

        private float[,] Scores(DataViewRow row, ValueGetter<VBuffer<float>>[] getters)
        {
            VBuffer<float> buffer = default;
            float[,] scores = new float[0, 0];
            for (int reward = 0; reward < getters.Length; reward++)
            {
                getters[reward](ref buffer);
                if (reward == 0) scores = new float[buffer.Length, getters.Length];
                if (buffer.Length != scores.GetLength(0))
                    throw new InvalidOperationException(
                        $"{Name}, row {row.Position}: [{inputs[reward].Name}]: expected {scores.GetLength(0)} scores, one per rollout "
                            + $"as in "
                        + $"[{inputs[0].Name}], got {buffer.Length}.");
                int rollout = 0;
                foreach (float score in buffer.DenseValues()) scores[rollout++, reward] = score;
            }
            return scores;
        }
    }

    private AdvantageResult Compute(float[,] scores) => scores.GetLength(0) == 0
        ? new AdvantageResult([], [], [])
        : Advantages.Compute(
            scores, [.. _rewards.Select(reward => (double)reward.Weight)], scores.GetLength(0), RewardScaling.Group,
            RewardAggregation.SumThenNormalize, MissingReward);
}
