using PathVlm.MLNet.Inference.Policies;
using PathVlm.MLNet.Persistence.Weights;
using PathVlm.Modeling.Generation.Sampling;
using PathVlm.Modeling.Options;

namespace PathVlm.MLNet.Training.Options;

/// <content>How the fitted transformer answers and is saved; progress and cancellation.</content>
public abstract partial class PathologyTrainingOptions
{
    /// <summary>
    /// How a row becomes a prompt, and the answer that fine-tuning teaches; null: the template of the stage before, or the default one.
    /// </summary>
    /// <value>null.</value>
    public PathologyPromptTemplate? PromptTemplate { get; set; }

    /// <summary>How the fitted transformer decodes its answers; null: greedily, up to 1,024 tokens.</summary>
    /// <value>null.</value>
    public SamplingOptions? Decoding { get; set; }

    /// <summary>Rows that the fitted transformer answers together.</summary>
    /// <value>32.</value>
    [OptionBounds(AtLeast = 1)]
    public int AnswerBatchSize { get; set; } = PolicyDefaults.AnswerBatchSize;

    /// <summary>Where Model.Save writes the fitted transformer's weights.</summary>
    /// <value><see cref="WeightsStorage.InsideZip"/>.</value>
    public WeightsStorage WeightsStorage { get; set; }

    /// <summary>
    /// Whether the stage trains the weights of the stage before it instead of a copy, for models too large to be in memory twice. The
    /// stage before then has no weights, and throws when it is asked to answer. Ignored with <see cref="BaseModel"/>.
    /// </summary>
    /// <value>false.</value>
    public bool TakeOverWeights { get; set; }

    /// <summary>Receives each log line, on the training thread.</summary>
    /// <value>null.</value>
    public IProgress<TrainingProgress>? Progress { get; set; }

    /// <summary>Ends training within a step; the fitted transformer then has the weights of the last completed step.</summary>
    /// <value>None.</value>
    public CancellationToken Cancellation { get; set; }

    internal TransformerSettings TransformerSettings => new(AnswerBatchSize, WeightsStorage);

    /// <summary>Settings of the policy that is trained, which continues <paramref name="before"/> where there is one.</summary>
    internal PolicySettings PolicySettings(PolicySettings? before = null) => new()
    {
        Template = PromptTemplate ?? before?.Template ?? new PathologyPromptTemplate(),
        Decoding = Decoding ?? before?.Decoding ?? new SamplingOptions { Greedy = true, MaxNewTokens = MaxCompletionLength },
        MinPixels = MinPixels ?? before?.MinPixels,
        MaxPixels = MaxPixels ?? before?.MaxPixels,
        MaxPromptLength = MaxPromptLength,
    };
}
