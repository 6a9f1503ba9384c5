using PathVlm.MLNet.Training.Options;
using PathVlm.Modeling.Optimization;
using PathVlm.Modeling.Options;

namespace PathVlm.MLNet.Training.Sft;

/// <summary>What a micro-batch's token losses are divided by.</summary>
public enum LossNormalization
{
    /// <summary>Each micro-batch's mean over its answer tokens, then the mean over the step's micro-batches: TRL's for this model class.</summary>
    MeanOfMicroBatchMeans,

    /// <summary>The answer tokens of the whole optimizer step: how it is cut into micro-batches changes nothing.</summary>
    TokensOfStep,
}

/// <summary>Which validation number decides the best model.</summary>
public enum ValidationMetric
{
    /// <summary>Mean loss over answer tokens, lower is better.</summary>
    Loss,

    /// <summary>Share of answer tokens that were the most likely ones, higher is better.</summary>
    TokenAccuracy,
}

/// <summary>Options of supervised fine-tuning; defaults are the paper's, or SFTTrainer's practice where it is silent.</summary>
public sealed class PathologySftOptions : PathologyTrainingOptions
{
    /// <inheritdoc/>
    /// <value>Sft.</value>
    public override string Stage { get; set; } = "Sft";

    /// <inheritdoc/>
    /// <value>18,000, the paper's.</value>
    public override long? MaxSteps { get; set; } = TrainingDefaults.SftSteps;

    /// <inheritdoc/>
    /// <value>8.</value>
    public override int BatchSize { get; set; } = TrainingDefaults.SftBatchSize;

    /// <inheritdoc/>
    /// <value>2e-5.</value>
    public override double LearningRate { get; set; } = TrainingDefaults.SftLearningRate;

    /// <inheritdoc/>
    /// <value><see cref="LearningRateScheduler.Cosine"/>.</value>
    public override LearningRateScheduler Scheduler { get; set; } = LearningRateScheduler.Cosine;

    /// <inheritdoc/>
    /// <value>0.03.</value>
    public override double WarmupFraction { get; set; } = TrainingDefaults.SftWarmupFraction;

    /// <summary>What token losses are divided by.</summary>
    /// <value><see cref="LossNormalization.MeanOfMicroBatchMeans"/>.</value>
    public LossNormalization LossNormalization { get; set; }

    /// <summary>Share of the rows kept from training to judge the model by; 0: none, and the last model is the result.</summary>
    /// <value>0.</value>
    [OptionBounds(AtLeast = 0, Below = 1)]
    public double ValidationFraction { get; set; }

    /// <summary>Optimizer steps between validations; the last step is always followed by one. Ignored without validation rows.</summary>
    /// <value>100.</value>
    [OptionBounds(AtLeast = 1)]
    public int ValidationSteps { get; set; } = TrainingDefaults.ValidationSteps;

    /// <summary>Which validation number chooses the best model, whose weights are the result. Ignored without validation rows.</summary>
    /// <value><see cref="ValidationMetric.Loss"/>.</value>
    public ValidationMetric BestModelMetric { get; set; }

    /// <summary>Validations in a row without a better model after which training ends; null: never. Ignored without validation rows.</summary>
    /// <value>null.</value>
    [OptionBounds(AtLeast = 1)]
    public int? EarlyStoppingPatience { get; set; }

    /// <summary>A copy; template and decoding settings are shared with it.</summary>
    public PathologySftOptions Copy() => (PathologySftOptions)CopyOfThis();

    private protected override void AddFaults(OptionFaults faults)
    {
        faults.Require(
            EarlyStoppingPatience is null || ValidationFraction > 0, nameof(EarlyStoppingPatience), EarlyStoppingPatience,
            $"null where {nameof(ValidationFraction)} is 0");
    }
}
