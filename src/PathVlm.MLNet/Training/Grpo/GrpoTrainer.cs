using PathVlm.MLNet.Training.Grpo.Options;
using PathVlm.MLNet.Training.Grpo.Rollouts;
using PathVlm.MLNet.Training.Loop;
using PathVlm.MLNet.Training.Options;
using PathVlm.Modeling;

namespace PathVlm.MLNet.Training.Grpo;

/// <summary>
/// Group Relative Policy Optimization (arXiv 2402.03300) with TRL GRPOTrainer's numbers. Departures: a prompt is computed once for its
/// completions (packed segments with a parent), groups are not torn apart by a shuffle, draws are functions of (seed, generation, row,
/// sample), log-probabilities are normalised over the tokens the sampler may choose, KL is the paper's (no ratio factor) by default.
/// </summary>
public sealed class GrpoTrainer
{
    private readonly Qwen25VlModel _model;
    private readonly GrpoOptions _options;
    private readonly IRolloutSource _rollouts;
    private readonly IRewardSource _rewards;

    /// <summary>A trainer of a policy.</summary>
    /// <param name="model">The policy, trained in place; not owned.</param>
    /// <param name="options">Options, copied.</param>
    /// <param name="rollouts">Where completions come from.</param>
    /// <param name="rewards">Where scores come from.</param>
    /// <exception cref="ArgumentOutOfRangeException">Options are out of range, or do not fit the rewards; the message names all that are.</exception>
    public GrpoTrainer(Qwen25VlModel model, GrpoOptions options, IRolloutSource rollouts, IRewardSource rewards)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(rollouts);
        ArgumentNullException.ThrowIfNull(rewards);
        options.Validate();
        options.ValidateRewards(rewards.Names);
        _model = model;
        _options = options.Copy();
        _rollouts = rollouts;
        _rewards = rewards;
    }

    /// <summary>A model with the policy's weights at the start that nobody changes, such as the stage's before it; null: a copy is made.</summary>
    public Qwen25VlModel? Reference { get; init; }

    /// <summary>Ids that the sampler never chooses, left out of the loss's distribution too where the options say so.</summary>
    public IReadOnlyCollection<int> SuppressedTokenIds { get; init; } = [];

    /// <summary>Where the last run stands, or stood when it ended or failed; null before the first.</summary>
    public TrainingState? State { get; private set; }

    /// <summary>Rows of a generation batch for each of its parts, where they are not to be taken in order: for recorded runs.</summary>
    internal Func<long, int[][]>? RowsOfParts { get; init; }

    /// <summary>Told every generation batch once its log-probabilities are there: for tests.</summary>
    internal Action<GenerationBatch>? Sampled { get; init; }

    /// <summary>Told the loss of every micro-batch: for tests.</summary>
    internal Action<double>? MicroBatchDone { get; init; }

    /// <summary>Trains the policy.</summary>
    /// <param name="prompts">The prompts; asked for one by one, so they may be prepared lazily.</param>
    /// <param name="progress">Told each log line.</param>
    /// <param name="cancellation">Ends the run within a step; what was learnt until then is in the model (<see cref="StopReason.Cancelled"/>).</param>
    /// <exception cref="ArgumentException">There are fewer prompts than a generation batch takes.</exception>
    public TrainingResult Train(
        IReadOnlyList<GrpoPrompt> prompts, IProgress<TrainingProgress>? progress = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(prompts);
        GrpoSchedule schedule = new(prompts.Count, _options);
        using var training = TrainedModel.Begin(_model, _options);
        using GrpoLoop loop = new(_model, _options, this, prompts, schedule, _rollouts, _rewards, progress);
        State = loop.State;
        return loop.Run(cancellation);
    }
}
