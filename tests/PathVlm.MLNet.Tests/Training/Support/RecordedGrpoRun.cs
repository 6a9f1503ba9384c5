using System.Text.Json;
using PathVlm.MLNet.Rewards.Scaling;
using PathVlm.MLNet.Training.Grpo.Options;
using PathVlm.MLNet.Training.Grpo.Rollouts;
using PathVlm.MLNet.Training.Options;
using PathVlm.Modeling.Processing;

namespace PathVlm.MLNet.Tests.Training.Support;

/// <summary>A recorded GRPOTrainer run: its completions enter where the sampler would, its scores where the rewards would.</summary>
internal sealed class RecordedGrpoRun : IRolloutSource, IRewardSource, IDisposable
{
    private readonly List<Rollout[]> _rollouts = [];
    private readonly List<GrpoPrompt[]> _groups = [];
    private readonly int _end;
    private int _scored;

    public RecordedGrpoRun(string name)
    {
        Fixture = new TrainingFixture("grpo", name);
        _end = Qwen2Tokenizer.Load(Fixture.Checkpoint).IdOf("<|im_end|>")!.Value;
        Names = [.. Fixture.Json.GetProperty("reward_functions").EnumerateArray().Select(reward => reward.GetString()!)];
        Generations = Fixture.Json.GetProperty("generations").GetArrayLength();
        for (int i = 0; i < Generations; i++) Read(i);
    }

    public TrainingFixture Fixture { get; }

    public IReadOnlyList<string> Names { get; }

    public int Generations { get; }

    public GrpoOptions Options() => new()
    {
        GroupSize = Integer("num_generations"),
        MaxCompletionLength = Integer("max_completion_length"),
        BatchSize = Integer("per_device_train_batch_size"),
        GradientAccumulationSteps = Integer("gradient_accumulation_steps"),
        StepsPerGeneration = Integer("steps_per_generation"),
        NumIterations = Integer("num_iterations"),
        MaxSteps = Integer("max_steps"),
        LearningRate = Number("learning_rate"),
        WeightDecay = Number("weight_decay"),
        MaxGradientNorm = Number("max_grad_norm"),
        Beta = Number("beta"),
        Epsilon = Number("epsilon"),
        EpsilonHigh = NumberOrNull("epsilon_high"),
        Delta = NumberOrNull("delta"),
        LossType = Choice<PolicyLossType>("loss_type"),
        ScaleRewards = Choice<RewardScaling>("scale_rewards"),
        ImportanceSamplingLevel = Choice<ImportanceSampling>("importance_sampling_level"),
        MultiObjectiveAggregation = Choice<RewardAggregation>("multi_objective_aggregation"),
        MaskTruncatedCompletions = Setting("mask_truncated_completions").GetBoolean(),
        Temperature = Number("temperature"),
        AdamEpsilon = Number("adam_epsilon"),
        WarmupSteps = Fixture.WarmupSteps(),
        UseBiasCorrectionKl = Setting("use_bias_correction_kl").GetBoolean(),
        Scheduler = TrainingFixture.Scheduler(Setting("lr_scheduler_type").GetString()!),
        RewardWeights = [.. Setting("reward_weights").EnumerateArray().Select(weight => weight.GetDouble())],
        FreezeVision = Setting("freeze_vision").GetBoolean(),
        MissingReward = Choice<MissingRewardPolicy>("missing_reward"),
        Precision = TrainingPrecision.Float32,
        SuppressControlTokens = false,
        Shuffle = false,
    };

    /// <summary>The recorded data set: its questions over and over, as the generator repeats them.</summary>
    public List<GrpoPrompt> Prompts()
    {
        int count = 4 * Fixture.Set.GetProperty("questions").GetArrayLength(), taken = _groups[0].Length;
        List<GrpoPrompt> prompts = [];
        for (int i = 0; i < count; i++) prompts.Add(_groups[i / taken % _groups.Count][i % taken]);
        return prompts;
    }

    public IReadOnlyList<Rollout> Generate(RolloutRequest request, CancellationToken cancellation)
    {
        Assert.Equal(_groups[(int)request.Generation].Select(prompt => prompt.TokenIds), request.Prompts.Select(prompt => prompt.TokenIds));
        return _rollouts[(int)request.Generation];
    }

    public float[,] Score(IReadOnlyList<GrpoPrompt> prompts, IReadOnlyList<Rollout> rollouts, long step, CancellationToken cancellation)
    {
        JsonElement rewards = Fixture.Json.GetProperty("generations")[_scored++].GetProperty("rewards");
        float[,] scores = new float[rollouts.Count, Names.Count];
        for (int row = 0; row < rollouts.Count; row++)
            for (int reward = 0; reward < Names.Count; reward++)
                scores[row, reward] = rewards[row][reward].ValueKind == JsonValueKind.Null ? float.NaN : rewards[row][reward].GetSingle();
        return scores;
    }

    /// <summary>
    /// The rows of a generation's parts in the order the reference's trainer took them. It names a row by the first equal one, so of equal
    /// rows each is taken once.
    /// </summary>
    public int[][] RowsOfParts(long generation)
    {
        float[] advantages = Fixture.Floats($"generation.{generation}.advantages");
        Rollout[] rollouts = _rollouts[(int)generation];
        HashSet<int> used = [];
        return [.. Fixture.Json.GetProperty("micro_batches").EnumerateArray()
            .Where(batch => batch.GetProperty("generation").GetInt64() == generation)
            .Take(Integer("steps_per_generation"))
            .Select(batch => batch.GetProperty("rows").EnumerateArray().Select(row => Unused(row.GetInt32())).ToArray())];

        int Unused(int named)
        {
            int row = Enumerable.Range(0, rollouts.Length).First(other => !used.Contains(other)
                && rollouts[other].TokenIds.SequenceEqual(rollouts[named].TokenIds)
                && Math.Abs(advantages[other] - advantages[named]) <= 1e-6);
            used.Add(row);
            return row;
        }
    }

    public void Dispose() => Fixture.Dispose();

    private void Read(int index)
    {
        string prefix = $"generation.{index}.";
        long[] ids = Fixture.Integers(prefix + "completion_ids"), mask = Fixture.Integers(prefix + "completion_mask");
        int width = (int)Fixture.Tensors.Entries[prefix + "completion_ids"].Shape[1], rows = ids.Length / width;
        Rollout[] rollouts = new Rollout[rows];
        for (int row = 0; row < rows; row++)
        {
            // A row without any mask is a truncated one that the loss leaves out: it has all tokens.
            int length = (int)mask.AsSpan(row * width, width).ToArray().Sum();
            int[] tokens = [.. ids.Skip(row * width).Take(length == 0 ? width : length).Select(id => (int)id)];
            rollouts[row] = new Rollout(tokens, Truncated: tokens[^1] != _end);
        }
        _rollouts.Add(rollouts);
        _groups.Add(ReadPrompts(index, rows / Integer("num_generations")));
    }

    private GrpoPrompt[] ReadPrompts(int index, int groups)
    {
        string prefix = $"generation.{index}.";
        long[] ids = Fixture.Integers(prefix + "prompt_ids"), mask = Fixture.Integers(prefix + "prompt_mask");
        int width = (int)Fixture.Tensors.Entries[prefix + "prompt_ids"].Shape[1], size = Integer("num_generations");
        JsonElement images = Fixture.Json.GetProperty("generations")[index].GetProperty("images");
        return [.. Enumerable.Range(0, groups).Select(group => new GrpoPrompt(
            $"generation {index} group {group}", group,
            [.. Enumerable.Range(group * size * width, width).Where(place => mask[place] == 1).Select(place => (int)ids[place])],
            [Fixture.Picture(images[group * size].GetString()!)]))];
    }

    private JsonElement Setting(string name) => Fixture.Settings.GetProperty(name);

    private int Integer(string name) => Setting(name).GetInt32();

    private double Number(string name) => Setting(name).GetDouble();

    private double? NumberOrNull(string name) => Setting(name).ValueKind == JsonValueKind.Null ? null : Number(name);

    private T Choice<T>(string name) where T : struct, Enum =>
        Enum.Parse<T>(Setting(name).GetString()!.Replace("_", "", StringComparison.Ordinal), ignoreCase: true);
}
