using System.Globalization;
using PathVlm.MLNet.Training.Options;

namespace PathVlm.Benchmarks.Real;

/// <summary>What the benchmark of published sizes is run on.</summary>
internal sealed record RealArguments
{
    /// <summary>Which size: see <see cref="RealShape.ModelNames"/>.</summary>
    public string Model { get; init; } = "3b";

    /// <summary>Which rows: see <see cref="RealShape.CaseNames"/>.</summary>
    public string Case { get; init; } = "short";

    /// <summary>cpu, cuda or cuda:N.</summary>
    public string Device { get; init; } = "cpu";

    /// <summary>Whether weights are float32 instead of bfloat16.</summary>
    public bool Float32 { get; init; }

    /// <summary>Whether the weights are written to a checkpoint folder and loaded from it.</summary>
    public bool Load { get; init; }

    /// <summary>Layers of both towers, where fewer than the model has are measured; null: all.</summary>
    public int? Layers { get; init; }

    /// <summary>What a training step computes twice.</summary>
    public Recomputation Recompute { get; init; } = Recomputation.Layers;

    /// <summary>Layers that are computed twice, counted from the first; null: all.</summary>
    public int? RecomputedLayers { get; init; }

    /// <summary>What is measured, in this order: see <see cref="PartNames"/>.</summary>
    public IReadOnlyList<string> Parts { get; init; } = [.. PartNames.Where(name => name != "pieces")];

    /// <summary>Names of the parts; pieces explain figures and are measured only where they are asked for.</summary>
    public static IReadOnlyList<string> PartNames { get; } =
        ["vision", "prefill", "decode", "adapted-decode", "sft", "grpo", "pieces"];

    /// <summary>Takes an option with its value; null where it is none of these.</summary>
    public RealArguments? With(string option, string? value) => (option, value) switch
    {
        ("--model", { } model) when RealShape.ModelNames.Contains(model) => this with { Model = model },
        ("--case", { } name) when RealShape.CaseNames.Contains(name) => this with { Case = name },
        ("--device", { } device) when device is "cpu" or "cuda" || device.StartsWith("cuda:", StringComparison.Ordinal) =>
            this with { Device = device },
        ("--recompute", { } text) when Enum.TryParse(text, ignoreCase: true, out Recomputation recompute) =>
            this with { Recompute = recompute },
        ("--layers", { } text) when int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int layers) && layers > 0 =>
            this with { Layers = layers },
        ("--parts", { } text) when text.Split(',') is { } parts && parts.All(PartNames.Contains) => this with { Parts = parts },
        ("--recomputed", { } text) when int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int count) && count > 0 =>
            this with { RecomputedLayers = count },
        ("--precision", "float32") => this with { Float32 = true },
        ("--precision", "bfloat16") => this with { Float32 = false },
        ("--load", "yes") => this with { Load = true },
        ("--load", "no") => this with { Load = false },
        _ => null,
    };
}
