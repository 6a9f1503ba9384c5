using System.Globalization;

namespace PathVlm.Modeling.Adapters;

/// <summary>
/// Options of a LoRA adapter (arXiv 2106.09685) as PEFT has them: y = W x + s B (A x), with s = alpha / rank, or alpha / sqrt(rank) for rsLoRA
/// (arXiv 2312.03732). W is frozen; A starts uniform in ±1/sqrt(inputs) (Kaiming), B at zero. Adapters lie on the decoder's linear layers;
/// those of the vision tower and the head are not supported.
/// </summary>
public sealed class LoraOptions
{
    /// <summary>Names of the decoder's seven linear layers.</summary>
    public static IReadOnlyList<string> AllTargets { get; } = ["q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"];

    /// <summary>Rank of A and B; 1 or more.</summary>
    /// <value>16.</value>
    public int Rank { get; set; } = 16;

    /// <summary>Numerator of the scale; above 0.</summary>
    /// <value>32.</value>
    public double Alpha { get; set; } = 32;

    /// <summary>Whether the scale is alpha / sqrt(rank) instead of alpha / rank.</summary>
    /// <value>false.</value>
    public bool UseRsLora { get; set; }

    /// <summary>
    /// Names of the decoder's linear layers that get an adapter, in every layer: q_proj, k_proj, v_proj, o_proj, gate_proj, up_proj, down_proj.
    /// Null: all seven. Ignored where <see cref="TargetPattern"/> is set.
    /// </summary>
    /// <value>null.</value>
    public IReadOnlyList<string>? TargetModules { get; set; }

    /// <summary>
    /// A regular expression that the whole name of a layer has to match, as PEFT reads a <c>target_modules</c> that is a text:
    /// <c>.*language_model.*\.(q_proj|v_proj)</c>. Names are tried in both spellings, <c>model.language_model.layers.0.self_attn.q_proj</c> and
    /// <c>model.layers.0.self_attn.q_proj</c>. Null: <see cref="TargetModules"/> decides.
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

    /// <summary>Checks every option, all faults in one message.</summary>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of its range.</exception>
    public void Validate()
    {
        List<string> faults = [];
        if (Rank < 1) faults.Add($"Rank: expected 1 or more, got {Rank}");
        if (!double.IsFinite(Alpha) || Alpha <= 0) faults.Add(string.Create(CultureInfo.InvariantCulture, $"Alpha: expected a number above 0, got {Alpha}"));
        if (Dropout != 0)
        {
            faults.Add(string.Create(CultureInfo.InvariantCulture,
                $"Dropout: expected 0, got {Dropout}; a prompt shared by its completions cannot be dropped differently for each"));
        }

        if (TargetPattern is null && TargetModules is { Count: 0 }) faults.Add("TargetModules: expected one name or more, got none");
        if (TargetPattern is null && TargetModules?.Where(name => !AllTargets.Contains(name)).ToArray() is { Length: > 0 } unknown)
            faults.Add($"TargetModules: expected names out of {string.Join(", ", AllTargets)}, got {string.Join(", ", unknown)}");
        if (TargetPattern is not null && ModulePattern.FaultOf(TargetPattern) is string fault)
            faults.Add($"TargetPattern: expected a regular expression, got [{TargetPattern}]: {fault}");
        if (faults.Count > 0) throw new ArgumentOutOfRangeException(nameof(LoraOptions), string.Join("; ", faults));
    }

    /// <summary>A copy that later changes of this object do not reach.</summary>
    public LoraOptions Copy() => new()
    {
        Rank = Rank, Alpha = Alpha, UseRsLora = UseRsLora, TargetModules = TargetModules?.ToArray(), TargetPattern = TargetPattern, Dropout = Dropout,
    };
}
