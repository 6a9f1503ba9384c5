using PathVlm.MLNet.Inference.Policies;
using PathVlm.Modeling.Optimization;
using PathVlm.Modeling.Options;

namespace PathVlm.MLNet.Training.Options;

/// <summary>Number type that a model is trained in.</summary>
public enum TrainingPrecision
{
    /// <summary>The faster of the other two on this machine's device; on a CPU without matrix units that is float32.</summary>
    Auto,

    /// <summary>Weights, activations and optimizer in float32.</summary>
    Float32,

    /// <summary>Weights and activations in bfloat16, the optimizer's copy of the weights in float32.</summary>
    BFloat16,
}

/// <summary>Options that both trainers share. A trainer copies them when it is built and never writes them.</summary>
public abstract partial class PathologyTrainingOptions
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

    /// <summary>Rows (SFT) or completions (GRPO) of a micro-batch, the most that are computed at one time.</summary>
    [OptionBounds(AtLeast = 1)]
    public abstract int BatchSize { get; set; }

    /// <summary>Micro-batches whose gradients one optimizer step sums.</summary>
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

    /// <summary>Whether the vision tower and its merger stay as they are; their features are then computed once per picture.</summary>
    /// <value>true, as in the paper.</value>
    public bool FreezeVision { get; set; } = true;

    /// <summary>Number type.</summary>
    /// <value><see cref="TrainingPrecision.Auto"/>.</value>
    public TrainingPrecision Precision { get; set; }

    /// <summary>
    /// Where the stage's weights lie and are trained: <c>cpu</c>, <c>cuda</c> (the first CUDA device) or <c>cuda:N</c>; refused where there is no
    /// such device. Ignored by the trainers that are given a model, which stays where it is. CUDA takes a build with
    /// <c>-p:TorchBackend=cuda</c> and has not been run by us yet.
    /// </summary>
    /// <value>cpu.</value>
    public string Device { get; set; } = PolicyDefaults.Device;

    /// <summary>Every random choice is a function of it and of its place in the run.</summary>
    /// <value>42.</value>
    public long Seed { get; set; } = TrainingDefaults.Seed;

    /// <summary>Whether rows are taken in a new order each epoch; false: in the order given.</summary>
    /// <value>true.</value>
    public bool Shuffle { get; set; } = true;

    /// <summary>Most tokens of a prompt, picture tokens included; a row over it is refused by name.</summary>
    /// <value>1,024, the paper's.</value>
    [OptionBounds(AtLeast = 1)]
    public int MaxPromptLength { get; set; } = TrainingDefaults.MaxPromptLength;

    /// <summary>Most tokens of a completion (GRPO), or of a target (SFT); a target over it is refused by name.</summary>
    /// <value>1,024, the paper's.</value>
    [OptionBounds(AtLeast = 1)]
    public int MaxCompletionLength { get; set; } = TrainingDefaults.MaxCompletionLength;

    /// <summary>Pictures are made no smaller than this many pixels.</summary>
    /// <value>3,136.</value>
    [OptionBounds(AtLeast = 1)]
    public int MinPixels { get; set; } = TrainingDefaults.MinPixels;

    /// <summary>Pictures are made no larger than this many pixels; 602,112 are 768 tokens.</summary>
    /// <value>602,112.</value>
    [OptionBounds(AtLeast = 1)]
    public int MaxPixels { get; set; } = TrainingDefaults.MaxPixels;

    /// <summary>Optimizer steps a log line averages over.</summary>
    /// <value>1.</value>
    [OptionBounds(AtLeast = 1)]
    public int LoggingSteps { get; set; } = 1;

    /// <summary>Folder that metrics (and rollouts) are written to as JSON lines and TensorBoard events; null: nothing is written.</summary>
    /// <value>null.</value>
    public string? OutputFolder { get; set; }

    /// <summary>Checks every option, all faults told at once.</summary>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of its range, or two do not fit each other.</exception>
    public void Validate()
    {
        OptionFaults faults = new();
        faults.AddBounds(this);
        faults.Require(MaxSteps is not null || Epochs is not null, nameof(MaxSteps), null, $"a number where {nameof(Epochs)} is null");
        faults.Require(MinPixels <= MaxPixels, nameof(MinPixels), MinPixels, $"{nameof(MaxPixels)} ({MaxPixels}) or less");
        if (DeviceChoice.TakenInsteadOf(Device) is { } taken) faults.Require(false, nameof(Device), Device, taken);
        AddAnsweringFaults(faults);
        AddAdapterFaults(faults);
        AddFaults(faults);
        faults.Throw(GetType().Name);
    }

    private protected abstract void AddFaults(OptionFaults faults);

    private protected PathologyTrainingOptions CopyOfThis()
    {
        var copy = (PathologyTrainingOptions)MemberwiseClone();
        copy.Lora = Lora?.Copy();
        return copy;
    }

    /// <summary>Optimizer steps of a run with this many steps an epoch.</summary>
    internal long StepsOf(long stepsPerEpoch) => MaxSteps ?? Math.Max(1, (long)Math.Ceiling(Epochs!.Value * stepsPerEpoch));

    internal LearningRateSchedule ScheduleOf(long totalSteps) =>
        new(Scheduler, LearningRate, WarmupSteps ?? LearningRateSchedule.WarmupStepsOf(WarmupFraction, totalSteps), totalSteps);

    internal AdamWSettings AdamW => new(AdamBeta1, AdamBeta2, AdamEpsilon, WeightDecay);
}
