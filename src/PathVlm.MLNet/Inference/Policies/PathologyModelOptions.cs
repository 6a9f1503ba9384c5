using PathVlm.MLNet.Persistence.Weights;
using PathVlm.Modeling.Adapters;
using PathVlm.Modeling.Generation.Sampling;
using PathVlm.Modeling.Options;
using static TorchSharp.torch;

namespace PathVlm.MLNet.Inference.Policies;

/// <summary>How a model that is not trained here reads rows and writes answers.</summary>
public sealed class PathologyModelOptions : IOptionSet
{
    /// <summary>How a row becomes a prompt; null: a zip's own template, or the default one.</summary>
    /// <value>null.</value>
    public PathologyPromptTemplate? PromptTemplate { get; set; }

    /// <summary>How answers are decoded; null: a zip's own settings, or greedily up to 1,024 tokens.</summary>
    /// <value>null.</value>
    public SamplingOptions? Decoding { get; set; }

    /// <summary>Pictures are made no smaller than this many pixels; null: a zip's own limit, or the checkpoint's.</summary>
    /// <value>null.</value>
    [OptionBounds(AtLeast = 1)]
    public int? MinPixels { get; set; }

    /// <summary>
    /// Pictures are made no larger than this many pixels; null: a zip's own limit, or the checkpoint's, 602,112 (768 tokens) at most.
    /// </summary>
    /// <value>null.</value>
    [OptionBounds(AtLeast = 1)]
    public int? MaxPixels { get; set; }

    /// <summary>Most tokens of a prompt, picture tokens included; null: a zip's own limit, or 1,024.</summary>
    /// <value>null.</value>
    [OptionBounds(AtLeast = 1)]
    public int? MaxPromptLength { get; set; }

    /// <summary>Rows that are answered together.</summary>
    /// <value>32.</value>
    [OptionBounds(AtLeast = 1)]
    public int AnswerBatchSize { get; set; } = PolicyDefaults.AnswerBatchSize;

    /// <summary>Where Model.Save puts the weights.</summary>
    /// <value><see cref="WeightsStorage.InsideZip"/>.</value>
    public WeightsStorage WeightsStorage { get; set; }

    /// <summary>
    /// Where the weights lie and are computed with: <c>cpu</c>, <c>cuda</c> (the first CUDA device) or <c>cuda:N</c>; refused where there
    /// is no such device. CUDA needs a build with <c>-p:TorchBackend=cuda</c>, or <c>PATHVLM_LIBTORCH</c>.
    /// </summary>
    /// <value>cpu.</value>
    public string Device { get; set; } = PolicyDefaults.Device;

    /// <summary>
    /// Whether weights that are NaN or infinite are loaded. They make every answer meaningless, so that they are refused otherwise.
    /// </summary>
    /// <value>false.</value>
    public bool AllowNonFinite { get; set; }

    /// <summary>Number type of the weights; they are loaded in it straight from the file.</summary>
    /// <value><see cref="ModelPrecision.Auto"/>.</value>
    public ModelPrecision Precision { get; set; }

    /// <summary>Most tokens of an answer; null: as <see cref="Decoding"/> says.</summary>
    /// <value>null.</value>
    [OptionBounds(AtLeast = 1)]
    public int? MaxNewTokens { get; set; }

    /// <summary>
    /// Temperature that answers are drawn with, 0 for none: the most likely token each time; null: as <see cref="Decoding"/> says.
    /// </summary>
    /// <value>null.</value>
    [OptionBounds(AtLeast = 0)]
    public double? Temperature { get; set; }

    /// <summary>
    /// Folder of a PEFT adapter (<c>adapter_config.json</c>) to use on a checkpoint folder; null for none. An adapter folder that is itself
    /// named as the model is used on the checkpoint that its config names.
    /// </summary>
    /// <value>null.</value>
    public string? Adapter { get; set; }

    /// <summary>The type that <see cref="Precision"/> names; null where it leaves the choice.</summary>
    internal ScalarType? ExplicitType => Precision switch
    {
        ModelPrecision.Float32 => ScalarType.Float32,
        ModelPrecision.BFloat16 => ScalarType.BFloat16,
        _ => null,
    };

    /// <summary>A copy; template and decoding settings are shared with it.</summary>
    public PathologyModelOptions Copy() => (PathologyModelOptions)MemberwiseClone();

    internal TransformerSettings TransformerSettings => new(AnswerBatchSize, WeightsStorage);

    /// <summary>Checks every option.</summary>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of range; the message names all that are.</exception>
    public void Validate() => OptionRules.Validate(this);

    void IOptionSet.AddFaults(OptionFaults faults)
    {
        if (DeviceChoice.AcceptedNames(Device) is { } expected) faults.Require(false, nameof(Device), Device, expected);
        faults.Require(Adapter is null || PeftFolder.IsAdapter(Adapter), nameof(Adapter), Adapter, "a folder with adapter_config.json");
    }

    /// <summary>Settings of the policy; <paramref name="stored"/> are those of a zip.</summary>
    internal PolicySettings Settings(PolicySettings? stored = null) => new()
    {
        Template = PromptTemplate ?? stored?.Template ?? new PathologyPromptTemplate(),
        Decoding = Decoded(Decoding ?? stored?.Decoding ?? new SamplingOptions { Greedy = true }),
        MinPixels = MinPixels ?? stored?.MinPixels,
        MaxPixels = MaxPixels ?? stored?.MaxPixels,
        MaxPromptLength = MaxPromptLength ?? stored?.MaxPromptLength ?? PolicyDefaults.MaxPromptLength,
    };

    private SamplingOptions Decoded(SamplingOptions decoding) => decoding with
    {
        MaxNewTokens = MaxNewTokens ?? decoding.MaxNewTokens,
        Greedy = Temperature is null ? decoding.Greedy : Temperature == 0,
        Temperature = Temperature is > 0 and double drawn ? drawn : decoding.Temperature,
    };
}
