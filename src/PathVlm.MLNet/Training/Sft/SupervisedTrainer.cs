using PathVlm.MLNet.Training.Loop;
using PathVlm.MLNet.Training.Options;
using PathVlm.Modeling;

namespace PathVlm.MLNet.Training.Sft;

/// <summary>
/// Supervised fine-tuning with the semantics of TRL's SFTTrainer: cross-entropy of response, end-of-turn token and line break. Departures:
/// no padding (packed segments), logits of answer tokens alone, features of a frozen vision tower computed once per picture, and the order
/// of the examples is a function of seed and epoch.
/// </summary>
internal sealed class SupervisedTrainer
{
    private readonly Qwen25VlModel _model;
    private readonly PathologySftOptions _options;

    /// <summary>A trainer of a model.</summary>
    /// <param name="model">The model, trained in place; not owned.</param>
    /// <param name="options">Options, copied.</param>
    /// <exception cref="ArgumentOutOfRangeException">Options are out of range; the message names all that are.</exception>
    public SupervisedTrainer(Qwen25VlModel model, PathologySftOptions options)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(options);
        _model = model;
        _options = options.ValidatedCopy();
    }

    /// <summary>Receives a line on checkpoints: where a run goes on, and which ones cannot be used.</summary>
    public Action<string> Notice { get; init; } = _ => { };

    /// <summary>Trains the model.</summary>
    /// <param name="examples">The examples; read one by one, so that the list may make them lazily.</param>
    /// <param name="validation">Examples to validate by; empty or null: the last model is the result.</param>
    /// <param name="progress">Receives each log line.</param>
    /// <param name="cancellation">
    /// Ends the run within a step; the model then has the weights of the last completed step (<see cref="StopReason.Cancelled"/>).
    /// </param>
    /// <exception cref="ArgumentException">There are no examples.</exception>
    /// <exception cref="InvalidOperationException">An example has no prompt or no answer; the message names it.</exception>
    public TrainingResult Train(
        IReadOnlyList<SupervisedExample> examples, IReadOnlyList<SupervisedExample>? validation = null,
        IProgress<TrainingProgress>? progress = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(examples);
        if (examples.Count == 0) throw new ArgumentException("Examples: expected one or more, got none.", nameof(examples));
        using var training = TrainedModel.Begin(_model, _options);
        using SupervisedLoop loop = new(
            _model, _options, examples, validation ?? [], new SupervisedBatches(examples.Count, _options), progress);
        loop.UseCheckpoints(Notice);
        return loop.Run(cancellation);
    }
}
