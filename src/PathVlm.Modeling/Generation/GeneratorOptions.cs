using PathVlm.Modeling.Options;

namespace PathVlm.Modeling.Generation;

/// <summary>What computes decode steps.</summary>
public enum DecodeBackend
{
    /// <summary><see cref="Kernels"/> for float32 on the CPU, <see cref="Scripted"/> on CUDA, else <see cref="Torch"/>.</summary>
    Auto,

    /// <summary>libtorch operations: any device and type.</summary>
    Torch,

    /// <summary>
    /// libtorch operations, all layers as one compiled script, recorded as a CUDA graph where that is known to work: any device and type.
    /// </summary>
    Scripted,

    /// <summary>
    /// Our own kernels, float32 on the CPU: a row's numbers do not depend, to the last bit, on the rows decoded beside it.
    /// </summary>
    Kernels,
}

/// <summary>How a generator batches. None of it changes what is generated, beyond floating-point noise in prefill.</summary>
public sealed record GeneratorOptions : IOptionSet
{
    /// <summary>Most completions decoded at a time; finished ones make room for waiting ones.</summary>
    /// <value>Default: 64.</value>
    [OptionBounds(AtLeast = 1)]
    public int RowLimit { get; init; } = 64;

    /// <summary>Most prompt tokens prefilled in one pass; a longer prompt gets a pass of its own.</summary>
    /// <value>Default: 4,096.</value>
    [OptionBounds(AtLeast = 1)]
    public int PrefillTokenLimit { get; init; } = 4096;

    /// <summary>What computes decode steps.</summary>
    /// <value>Default: Auto.</value>
    public DecodeBackend Backend { get; init; } = DecodeBackend.Auto;

    /// <summary>Checks every option.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A value is out of range; the message names all that are.</exception>
    public void Validate() => OptionRules.Validate(this);
}
