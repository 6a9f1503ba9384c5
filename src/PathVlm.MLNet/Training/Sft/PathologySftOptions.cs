using PathVlm.MLNet.Answers;
using PathVlm.MLNet.Data.Rows;
using PathVlm.MLNet.Training.Options;
using PathVlm.Modeling.Optimization;
using PathVlm.Modeling.Options;

namespace PathVlm.MLNet.Training.Sft;

/// <summary>Options of supervised fine-tuning; defaults are the paper's, or SFTTrainer's practice where it is silent.</summary>
public sealed class PathologySftOptions : PathologyTrainingOptions
{
    /// <inheritdoc/>
    /// <value>Sft.</value>
    public override string Stage { get; set; } = PathologyStages.Sft;

    /// <inheritdoc/>
    /// <value>18,000, the paper's.</value>
    public override long? MaxSteps { get; set; } = SftDefaults.MaxSteps;

    /// <inheritdoc/>
    /// <value>8.</value>
    public override int BatchSize { get; set; } = SftDefaults.BatchSize;

    /// <inheritdoc/>
    /// <value>2e-5.</value>
    public override double LearningRate { get; set; } = SftDefaults.LearningRate;

    /// <inheritdoc/>
    /// <value><see cref="LearningRateScheduler.Cosine"/>.</value>
    public override LearningRateScheduler Scheduler { get; set; } = LearningRateScheduler.Cosine;

    /// <inheritdoc/>
    /// <value>0.03.</value>
    public override double WarmupFraction { get; set; } = SftDefaults.WarmupFraction;

    /// <summary>What token losses are divided by.</summary>
    /// <value><see cref="LossNormalization.MeanOfMicroBatchMeans"/>.</value>
    public LossNormalization LossNormalization { get; set; }

    /// <summary>
    /// Share of the rows that are not trained on and validate the model; rows with the same picture stay on one side. 0: none, and the last
    /// model is the result.
    /// </summary>
    /// <value>0.</value>
    [OptionBounds(AtLeast = 0, Below = 1)]
    public double ValidationFraction { get; set; }

    /// <summary>Optimizer steps between validations; the last step is always validated. Ignored without validation rows.</summary>
    /// <value>100.</value>
    [OptionBounds(AtLeast = 1)]
    public int ValidationSteps { get; set; } = SftDefaults.ValidationSteps;

    /// <summary>Metric that chooses the best model, whose weights are the result. Ignored without validation rows.</summary>
    /// <value><see cref="ValidationMetric.Loss"/>.</value>
    public ValidationMetric BestModelMetric { get; set; }

    /// <summary>
    /// Validations in a row without a better model after which training ends; null: never. Ignored without validation rows.
    /// </summary>
    /// <value>null.</value>
    [OptionBounds(AtLeast = 1)]
    public int? EarlyStoppingPatience { get; set; }

    /// <summary>
    /// The reasoning that a row without an explanation is taught, so that its answer has the format of the others and no empty reasoning is
    /// learnt; <c>{answer}</c> stands for the row's answer. A warning counts such rows. Empty: they are refused.
    /// </summary>
    /// <value>No explanation is given for this question; the answer that is given is {answer}.</value>
    public string ReasoningWithoutExplanation { get; set; } = SftDefaults.ReasoningWithoutExplanation;

    /// <summary>A copy; template and decoding settings, which cannot be changed, are shared with it.</summary>
    public PathologySftOptions Copy() => (PathologySftOptions)CopyOfThis();

    /// <summary>A checked copy.</summary>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of range; the message names all that are.</exception>
    internal PathologySftOptions ValidatedCopy() => OptionRules.Validated(Copy());

    private protected override void AddFaults(OptionFaults faults)
    {
        faults.Require(
            EarlyStoppingPatience is null || ValidationFraction > 0, nameof(EarlyStoppingPatience), EarlyStoppingPatience,
            $"null where {nameof(ValidationFraction)} is 0");
        faults.Require(
            ReasoningWithoutExplanation is not null && !TaggedText.HasTags(ReasoningWithoutExplanation)
            && (ReasoningWithoutExplanation.Length == 0 || ReasoningWithoutExplanation.Any(char.IsLetter)),
            nameof(ReasoningWithoutExplanation), ReasoningWithoutExplanation, "a sentence without tags, or nothing");
    }
}
