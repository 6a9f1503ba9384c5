using PathVlm.MLNet.Inference.Policies;
using PathVlm.Modeling.Optimization;
using PathVlm.Modeling.Options;

namespace PathVlm.MLNet.Training.Options;

/// <summary>Options that both trainers share. An estimator copies and checks them when it is created and never changes them.</summary>
public abstract partial class PathologyTrainingOptions : IOptionSet
{
    private protected PathologyTrainingOptions()
    {
    }

    /// <summary>Folder or zip of the model to start from; null: the policy of the stage before it in the chain.</summary>
    /// <value>null.</value>
    public string? BaseModel { get; set; }

    /// <summary>Value of column <c>Stage</c> whose rows are trained on; ignored where that column does not exist.</summary>
    public abstract string Stage { get; set; }

    /// <summary>Optimizer steps; null: given by <see cref="Epochs"/>.</summary>
    /// <value>The paper's: 18,000 (SFT), 2,000 (GRPO).</value>
    [OptionBounds(AtLeast = 1)]
    public abstract long? MaxSteps { get; set; }

    /// <summary>Passes over the rows, used where <see cref="MaxSteps"/> is null.</summary>
    /// <value>null.</value>
    [OptionBounds(Above = 0)]
    public double? Epochs { get; set; }

    /// <summary>Rows (SFT) or completions (GRPO) per micro-batch: the most that are computed at one time.</summary>
    [OptionBounds(AtLeast = 1)]
    public abstract int BatchSize { get; set; }

    /// <summary>Micro-batches per optimizer step, whose gradients are summed.</summary>
    /// <value>1.</value>
    [OptionBounds(AtLeast = 1)]
    public int GradientAccumulationSteps { get; set; } = 1;

    /// <summary>Learning rate after the warm-up.</summary>
    [OptionBounds(AtLeast = 0)]
    public abstract double LearningRate { get; set; }

    /// <summary>How the learning rate moves.</summary>
    public abstract LearningRateScheduler Scheduler { get; set; }

    /// <summary>Warm-up as a fraction of all steps, rounded up; ignored where <see cref="WarmupSteps"/> is set.</summary>
    [OptionBounds(AtLeast = 0, AtMost = 1)]
    public abstract double WarmupFraction { get; set; }

    /// <summary>Warm-up in steps; null: given by <see cref="WarmupFraction"/>.</summary>
    /// <value>null.</value>
    [OptionBounds(AtLeast = 0)]
    public long? WarmupSteps { get; set; }

    /// <summary>AdamW's decay of the first moment.</summary>
    /// <value>0.9.</value>
    [OptionBounds(AtLeast = 0, Below = 1)]
    public double AdamBeta1 { get; set; } = TrainingDefaults.AdamBeta1;

    /// <summary>AdamW's decay of the second moment.</summary>
    /// <value>0.999.</value>
    [OptionBounds(AtLeast = 0, Below = 1)]
    public double AdamBeta2 { get; set; } = TrainingDefaults.AdamBeta2;

    /// <summary>AdamW's epsilon.</summary>
    /// <value>1e-8.</value>
    [OptionBounds(Above = 0)]
    public double AdamEpsilon { get; set; } = TrainingDefaults.AdamEpsilon;

    /// <summary>Decoupled weight decay; biases and the norms named <c>*layernorm*</c> or <c>norm</c> are left out.</summary>
    /// <value>0.</value>
    [OptionBounds(AtLeast = 0)]
    public double WeightDecay { get; set; }

    /// <summary>Global norm that gradients are clipped to.</summary>
    /// <value>1.</value>
    [OptionBounds(Above = 0)]
    public double MaxGradientNorm { get; set; } = TrainingDefaults.MaxGradientNorm;

    /// <summary>Whether the vision tower and its merger are not trained; features are then computed once per picture.</summary>
    /// <value>true, as in the paper.</value>
    public bool FreezeVision { get; set; } = true;

    /// <summary>Number type.</summary>
    /// <value><see cref="TrainingPrecision.Auto"/>.</value>
    public TrainingPrecision Precision { get; set; }

    /// <summary>
    /// Device that the stage's weights are on and are trained on: <c>cpu</c>, <c>cuda</c> (the first CUDA device) or <c>cuda:N</c>. A
    /// device that this machine does not have is refused. CUDA needs a build with <c>-p:TorchBackend=cuda</c>.
    /// </summary>
    /// <value>cpu.</value>
    public string Device { get; set; } = PolicyDefaults.Device;

    /// <summary>Seed; every random choice is a function of it and of the choice's place in the run.</summary>
    /// <value>42.</value>
    public long Seed { get; set; } = TrainingDefaults.Seed;

    /// <summary>Whether each epoch has an order of its own; false: rows are used in the order given.</summary>
    /// <value>true.</value>
    public bool Shuffle { get; set; } = true;

    /// <summary>Most tokens of a prompt, picture tokens included; a longer one is an error that names the row.</summary>
    /// <value>1,024, the paper's.</value>
    [OptionBounds(AtLeast = 1)]
    public int MaxPromptLength { get; set; } = PolicyDefaults.MaxPromptLength;

    /// <summary>Most tokens of a completion (GRPO) or of a target (SFT); a longer target is an error that names the row.</summary>
    /// <value>1,024, the paper's.</value>
    [OptionBounds(AtLeast = 1)]
    public int MaxCompletionLength { get; set; } = TrainingDefaults.MaxCompletionLength;

    /// <summary>Smallest number of pixels that pictures are resized to; null: as the stage before, or the checkpoint's.</summary>
    /// <value>null.</value>
    [OptionBounds(AtLeast = 1)]
    public int? MinPixels { get; set; }

    /// <summary>
    /// Largest number of pixels that pictures are resized to; null: as the stage before, or the checkpoint's, 602,112 (768 tokens) at
    /// most, so that a picture and its question fit <see cref="MaxPromptLength"/>.
    /// </summary>
    /// <value>null.</value>
    [OptionBounds(AtLeast = 1)]
    public int? MaxPixels { get; set; }

    /// <summary>Optimizer steps per log line; the line has their averages.</summary>
    /// <value>1.</value>
    [OptionBounds(AtLeast = 1)]
    public int LoggingSteps { get; set; } = 1;

    /// <summary>
    /// Folder that metrics.jsonl, rollouts.jsonl (GRPO), TensorBoard events and report.html are written to; null: none.
    /// </summary>
    /// <value>null.</value>
    public string? OutputFolder { get; set; }

    /// <summary>Licence of the rows, kept in the model's provenance; null where it is not stated.</summary>
    /// <value>null.</value>
    public string? DataLicence { get; set; }

    /// <summary>Checks every option.</summary>
    /// <exception cref="ArgumentOutOfRangeException">
    /// An option is out of its range, or two do not fit each other; the message names all that are.
    /// </exception>
    public void Validate() => OptionRules.Validate(this);

    void IOptionSet.AddFaults(OptionFaults faults)
    {
        faults.Require(MaxSteps is not null || Epochs is not null, nameof(MaxSteps), null, $"a number where {nameof(Epochs)} is null");
        faults.Require(
            MinPixels is null || MaxPixels is null || MinPixels <= MaxPixels, nameof(MinPixels), MinPixels,
            $"{nameof(MaxPixels)} ({MaxPixels}) or less");
        if (DeviceChoice.AcceptedNames(Device) is { } expected) faults.Require(false, nameof(Device), Device, expected);
        faults.Require(
            Lora is null || FreezeVision, nameof(FreezeVision), FreezeVision,
            $"true where {nameof(Lora)} is set: adapters are on the decoder alone");
        AddFaults(faults);
    }

    /// <summary>Adds what is wrong between properties of one trainer's options.</summary>
    private protected abstract void AddFaults(OptionFaults faults);

    private protected PathologyTrainingOptions CopyOfThis()
    {
        var copy = (PathologyTrainingOptions)MemberwiseClone();
        copy.Lora = Lora?.Copy();
        return copy;
    }

    /// <summary>Optimizer steps of a run with this many steps per epoch.</summary>
    internal long StepsOf(long stepsPerEpoch) => MaxSteps ?? Math.Max(1, (long)Math.Ceiling(Epochs!.Value * stepsPerEpoch));

    internal LearningRateSchedule ScheduleOf(long totalSteps) =>
        new(Scheduler, LearningRate, WarmupSteps ?? LearningRateSchedule.WarmupStepsOf(WarmupFraction, totalSteps), totalSteps);

    internal AdamWSettings AdamW => new(AdamBeta1, AdamBeta2, AdamEpsilon, WeightDecay);
}
