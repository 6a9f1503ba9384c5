using PathVlm.Modeling.Configuration;
using PathVlm.Modeling.Layers;
using PathVlm.Modeling.Numerics;
using PathVlm.Modeling.Sequences;
using static TorchSharp.torch;

namespace PathVlm.Modeling.Language;

/// <summary>What one layer's pass over a pack needs beside the hidden states.</summary>
/// <param name="Plan">The rows that ask; others only serve as keys and values.</param>
/// <param name="Groups">The plan's calls, for the fast kernel; null for the reference kernel.</param>
/// <param name="QueryRotary">Turns of the asking rows.</param>
/// <param name="KeyRotary">Turns of all T rows.</param>
/// <param name="KeyValues">Called with the turned keys and the values, each [T, KV, D], where they are to be kept; or null.</param>
internal sealed record LayerCall(
    AttentionPlan Plan, AttentionGroups? Groups, Rotary QueryRotary, Rotary KeyRotary, Action<Tensor, Tensor>? KeyValues)
{
    /// <summary>Whether the output is there for its gradient alone: computed again in backward, where nobody reads it.</summary>
    public bool ValueUnused { get; init; }

    /// <summary>The arguments of the fast kernel's node.</summary>
    public PackedAttentionFunction.Call Node(TextConfiguration settings, bool separate) =>
        new(Groups!, QueryRotary, KeyRotary, settings.HeadCount, settings.KeyValueHeadCount, separate, KeyValues, Interruption.Current);
}
