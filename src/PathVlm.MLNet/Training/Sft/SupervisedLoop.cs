using PathVlm.MLNet.Training.Loop;
using PathVlm.MLNet.Training.Options;
using PathVlm.Modeling;
using PathVlm.Modeling.Language;
using PathVlm.Modeling.Numerics;
using TorchSharp;
using static TorchSharp.torch;

namespace PathVlm.MLNet.Training.Sft;

/// <summary>The loop of one run: per step its micro-batches forward and backward, then update, log, validate.</summary>
internal sealed class SupervisedLoop : TrainingLoop
{
    private readonly PathologySftOptions _options;
    private readonly IReadOnlyList<SupervisedExample> _examples;
    private readonly IReadOnlyList<SupervisedExample> _validation;
    private readonly SupervisedBatches _batches;
    private readonly WeightSnapshot _best = new();

    /// <summary>A run from its beginning; the parameters are being trained already.</summary>
    public SupervisedLoop(
        Qwen25VlModel model, PathologySftOptions options, IReadOnlyList<SupervisedExample> examples,
        IReadOnlyList<SupervisedExample> validation, IProgress<TrainingProgress>? progress)
        : this(model, options, examples, validation, new SupervisedBatches(examples.Count, options), progress)
    {
    }

    private SupervisedLoop(
        Qwen25VlModel model, PathologySftOptions options, IReadOnlyList<SupervisedExample> examples,
        IReadOnlyList<SupervisedExample> validation, SupervisedBatches batches, IProgress<TrainingProgress>? progress)
        : base(model, options, batches.StepsPerEpoch, progress)
    {
        _options = options;
        _examples = examples;
        _validation = validation;
        _batches = batches;
    }

    /// <inheritdoc/>
    public override void Dispose()
    {
        base.Dispose();
        _best.Dispose();
    }

    /// <summary>Forward and backward of a step's micro-batches; returns the step's loss.</summary>
    protected override double Accumulate(CancellationToken cancellation)
    {
        List<SupervisedExample[]> window = [.. _batches.Of(State.Step).Select(indexes => Array.ConvertAll(indexes, i => Checked(_examples[i])))];
        long answerTokens = window.Sum(batch => batch.Sum(example => (long)example.AnswerLength));
        ZeroGradients();
        double loss = 0;
        foreach (SupervisedExample[] batch in window)
        {
            cancellation.ThrowIfCancellationRequested();
            long divisor = _options.LossNormalization == LossNormalization.TokensOfStep
                ? answerTokens
                : window.Count * batch.Sum(example => (long)example.AnswerLength);
            loss += ForwardBackward(batch, divisor);
        }
        State.TokenCount += window.Sum(batch => batch.Sum(example => (long)example.TokenIds.Count));
        return loss;
    }

    private static SupervisedExample Checked(SupervisedExample example) =>
        example.AnswerStart >= 1 && example.AnswerLength >= 1
            ? example
            : throw new InvalidOperationException(
                $"Row {example.Id}: AnswerStart: got {example.AnswerStart}, takes 1 to {example.TokenIds.Count - 1} (tokens - 1).");

    private double ForwardBackward(SupervisedExample[] batch, long divisor)
    {
        using DisposeScope scope = NewDisposeScope();
        TokenScores scores = SupervisedScorer.Score(Model, Features, batch);
        Tensor loss = scores.LogProbabilities.sum().div(Scalars.Of(-divisor));
        loss.backward();
        Metrics.Means.Add("entropy", scores.Entropies!.mean().item<float>());
        Metrics.Means.Add("mean_token_accuracy", scores.Correct!.to(ScalarType.Float32).mean().item<float>());
        return loss.item<float>();
    }

    protected override double EpochAfter(long step) => _batches.EpochAfter(step);

    protected override StopReason AfterStep(CancellationToken cancellation) =>
        IsValidationDue() && !Validate(cancellation) ? StopReason.StoppedEarly : StopReason.Completed;

    protected override void ChooseWeights()
    {
        if (State.BestStep is not null && State.BestStep != State.Step) _best.Restore(Model.Trained);
    }

    private bool IsValidationDue() =>
        _validation.Count > 0 && (State.Step % _options.ValidationSteps == 0 || State.Step == TotalSteps);

    /// <summary>Validates and keeps the best weights; false where it is time to stop early.</summary>
    private bool Validate(CancellationToken cancellation)
    {
        Dictionary<string, double> line = SupervisedValidation.Run(Model, Features, _validation, _options.BatchSize, cancellation);
        line["epoch"] = EpochAfter(State.Step);
        Log.Write(State.Step, line);
        bool lossDecides = _options.BestModelMetric == ValidationMetric.Loss;
        double value = line[lossDecides ? "eval_loss" : "eval_mean_token_accuracy"];
        bool better = double.IsFinite(value)
            && (State.BestStep is null || (lossDecides ? value < State.BestValue : value > State.BestValue));
        State.ValidationsSinceBest = better ? 0 : State.ValidationsSinceBest + 1;
        if (better)
        {
            State.BestStep = State.Step;
            State.BestValue = value;
            _best.Take(Model.Trained);
        }
        return _options.EarlyStoppingPatience is not { } patience || State.ValidationsSinceBest < patience;
    }
}
