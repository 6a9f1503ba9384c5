using PathVlm.Modeling.Options;

namespace PathVlm.Modeling.Adapters;

/// <summary>
/// Options of a LoRA adapter (arXiv 2106.09685) as PEFT has them: y = W x + s B (A x), with s = alpha / rank, or alpha / sqrt(rank) for
/// rsLoRA (arXiv 2312.03732). W is frozen; A starts uniform in ±1/sqrt(inputs) (Kaiming), B at zero. Adapters lie on the decoder's linear
/// layers; those of the vision tower and the head are not supported.
/// </summary>
public sealed class LoraOptions : IOptionSet
{
    /// <summary>Names of the decoder's seven linear layers.</summary>
    public static IReadOnlyList<string> AllTargets { get; } = ["q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"];

    /// <summary>Rank of A and B; 1 or more.</summary>
    /// <value>16.</value>
    [OptionBounds(AtLeast = 1)]
    public int Rank { get; set; } = 16;

    /// <summary>Numerator of the scale; above 0.</summary>
    /// <value>32.</value>
    [OptionBounds(Above = 0)]
    public double Alpha { get; set; } = 32;

    /// <summary>Whether the scale is alpha / sqrt(rank) instead of alpha / rank.</summary>
    /// <value>false.</value>
    public bool UseRsLora { get; set; }

    /// <summary>
    /// Names of the decoder's linear layers that get an adapter, in every layer: q_proj, k_proj, v_proj, o_proj, gate_proj, up_proj,
    /// down_proj. Null: all seven. Ignored where <see cref="TargetPattern"/> is set.
    /// </summary>
    /// <value>null.</value>
    public IReadOnlyList<string>? TargetModules { get; set; }

    /// <summary>
    /// A regular expression that the whole name of a layer has to match, as PEFT reads a <c>target_modules</c> that is a text:
    /// <c>.*language_model.*\.(q_proj|v_proj)</c>. Names are tried in both spellings, <c>model.language_model.layers.0.self_attn.q_proj</c>
    /// and <c>model.layers.0.self_attn.q_proj</c>. Null: <see cref="TargetModules"/> decides.
    /// </summary>
    /// <value>null.</value>
    public string? TargetPattern { get; set; }

    /// <summary>
    /// Dropout of the adapters' input: 0 and nothing else. A prompt is computed once for all its completions, and a shared prompt cannot be
    /// dropped differently for each.
    /// </summary>
    /// <value>0.</value>
    public double Dropout { get; set; }

    /// <summary>By how much the low-rank term is multiplied.</summary>
    public double Scale => UseRsLora ? Alpha / Math.Sqrt(Rank) : Alpha / Rank;

    /// <summary>Checks every option.</summary>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of its range; the message names all that are.</exception>
    public void Validate() => OptionRules.Validate(this);

    void IOptionSet.AddFaults(OptionFaults faults)
    {
        faults.Require(
            Dropout == 0, nameof(Dropout), Dropout, "0: a prompt shared by its completions cannot be dropped differently for each");
        if (TargetPattern is { } pattern)
        {
            string? fault = ModulePattern.FaultOf(pattern);
            faults.Require(fault is null, nameof(TargetPattern), pattern, $"a regular expression ({fault})");
        }
        else if (TargetModules is { } names)
        {
            faults.Require(
                names.Count > 0 && names.All(AllTargets.Contains), nameof(TargetModules), names,
                $"names out of {string.Join(", ", AllTargets)}");
        }
    }

    /// <summary>A copy that later changes of this object do not reach.</summary>
    public LoraOptions Copy() => new()
    {
        Rank = Rank, Alpha = Alpha, UseRsLora = UseRsLora, TargetModules = TargetModules?.ToArray(),
        TargetPattern = TargetPattern, Dropout = Dropout,
    };
}
