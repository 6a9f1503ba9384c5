using PathVlm.MLNet.Judging.Protocol;
using PathVlm.MLNet.Training.Grpo.Options;
using PathVlm.MLNet.Training.Grpo.Rewards;
using PathVlm.MLNet.Training.Grpo.Rollouts;
using PathVlm.MLNet.Training.Loop;
using PathVlm.MLNet.Training.Options;
using PathVlm.Modeling;

namespace PathVlm.MLNet.Training.Grpo;

/// <summary>
/// Group Relative Policy Optimization (arXiv 2402.03300) with the numbers of TRL's GRPOTrainer. Departures: a prompt is computed once for
/// its completions (packed segments with a parent), a shuffle does not divide groups, draws are functions of (seed, generation, row,
/// sample), log-probabilities are normalized over the tokens that the sampler may choose, KL is the paper's (no ratio factor) by default.
/// </summary>
internal sealed class GrpoTrainer
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
    /// <exception cref="ArgumentOutOfRangeException">
    /// Options are out of range, or do not fit the rewards; the message names all that are.
    /// </exception>
    public GrpoTrainer(Qwen25VlModel model, GrpoOptions options, IRolloutSource rollouts, IRewardSource rewards)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(rollouts);
        ArgumentNullException.ThrowIfNull(rewards);
        _model = model;
        _options = options.ValidatedCopy();
        _options.ValidateRewards(rewards.Names);
        _rollouts = rollouts;
        _rewards = rewards;
    }

    /// <summary>
    /// A model with the policy's weights at the start that nobody changes, such as that of the stage before; null: a copy is made.
    /// </summary>
    public Qwen25VlModel? Reference { get; init; }

    /// <summary>Ids that the sampler never chooses, left out of the loss's distribution too where the options say so.</summary>
    public IReadOnlyCollection<int> SuppressedTokenIds { get; init; } = [];

    /// <summary>Where the last run is, or was when it ended or failed; null before the first.</summary>
    public TrainingState? State { get; private set; }

    /// <summary>Watches the judge, and keeps what it saw in checkpoints; null where there is none.</summary>
    public JudgeWatch? Watch { get; init; }

    /// <summary>Receives a line on checkpoints: where a run goes on, and which ones cannot be used.</summary>
    public Action<string> Notice { get; init; } = _ => { };

    /// <summary>The last run where its judge stopped it; otherwise null.</summary>
    public TrainingResult? Stopped { get; private set; }

    /// <summary>Sees the run: for tests, recorded runs and benchmarks.</summary>
    public GrpoObserver Observer { get; init; } = new();

    /// <summary>Trains the policy.</summary>
    /// <param name="prompts">The prompts; read one by one, so that the list may make them lazily.</param>
    /// <param name="progress">Receives each log line.</param>
    /// <param name="cancellation">
    /// Ends the run within a step; the model then has the weights of the last completed step (<see cref="StopReason.Cancelled"/>).
    /// </param>
    /// <exception cref="ArgumentException">There are fewer prompts than a generation batch has.</exception>
    /// <exception cref="JudgeStoppedException">The judge of a process reward cannot be used any further.</exception>
    public TrainingResult Train(
        IReadOnlyList<GrpoPrompt> prompts, IProgress<TrainingProgress>? progress = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(prompts);
        GrpoSchedule schedule = new(prompts.Count, _options);
        using var training = TrainedModel.Begin(_model, _options);
        using GrpoLoop loop = new(_model, _options, PartsOfRun(), prompts, schedule, progress);
        State = loop.State;
        try
        {
            loop.UseCheckpoints(Notice);
            Watch?.Begin();
            return loop.Run(cancellation);
        }
        catch (JudgeStoppedException)
        {
            Stopped = loop.ResultOf(StopReason.JudgeStopped);
            throw;
        }
    }

    private GrpoParts PartsOfRun() => new(_rollouts, _rewards)
    {
        Reference = Reference,
        SuppressedTokenIds = SuppressedTokenIds,
        Observer = Observer,
        Watch = Watch,
    };
}
