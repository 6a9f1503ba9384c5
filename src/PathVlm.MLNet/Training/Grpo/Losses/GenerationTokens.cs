using PathVlm.Modeling.Numerics;
using static TorchSharp.torch;

namespace PathVlm.MLNet.Training.Grpo.Losses;

/// <summary>
/// The divisor of DAPO and CISPO: tokens of the whole generation batch x accumulation steps / steps per generation, so that an optimizer
/// step that uses a part of the generation batch still averages over about its own tokens.
/// </summary>
internal static class GenerationTokens
{
    /// <summary>Sum of the tokens that count over the divisor.</summary>
    public static Tensor Mean(Tensor perToken, Tensor mask, LossWindow window) =>
        (perToken * mask).sum().div(Scalars.Of(
            Math.Max(1, window.GenerationTokens) * ((double)window.MicroBatches / window.StepsPerGeneration)));
}
