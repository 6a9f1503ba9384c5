namespace PathVlm.Modeling.Optimization;

/// <summary>AdamW's constants for a run.</summary>
/// <param name="Beta1">Decay of the first moment.</param>
/// <param name="Beta2">Decay of the second moment.</param>
/// <param name="Epsilon">Added to the root of the second moment.</param>
/// <param name="WeightDecay">Decoupled decay, applied to the decayed ranges alone.</param>
internal sealed record AdamWSettings(double Beta1, double Beta2, double Epsilon, double WeightDecay);
