using static TorchSharp.torch;

namespace PathVlm.Modeling.Optimization;

/// <summary>A run of flat parameters that one optimizer call updates.</summary>
/// <param name="Values">[n] float32, a view of the flat parameter buffer; updated in place. Stays the caller's.</param>
/// <param name="Gradient">[n] float32 on the same device, a view of the flat gradient buffer. Stays the caller's.</param>
/// <param name="Decayed">Whether weight decay applies.</param>
public sealed record OptimizedRange(Tensor Values, Tensor Gradient, bool Decayed);
