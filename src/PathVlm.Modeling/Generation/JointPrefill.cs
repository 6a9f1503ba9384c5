using System.Numerics;
using PathVlm.Modeling.Generation.Decoding;
using TorchSharp;
using static TorchSharp.torch;

namespace PathVlm.Modeling.Generation;

/// <summary>
/// Prefills prompts that join a batch at the same time, in one pass where that gives each of them the numbers of a pass of its own, to the
/// last bit. libtorch's products on the CPU give a row the same numbers whatever rows stand beside it, from some rows on; that is checked
/// here for every size of pass when it comes first, and where it does not hold each prompt has a pass of its own.
/// </summary>
internal sealed class JointPrefill(Qwen25VlModel model)
{
    private readonly HashSet<(int All, int Shortest)> _checked = [];

    /// <summary>Whether prompts may share a pass: in float32 on the CPU, until a check fails.</summary>
    public bool IsJoint { get; private set; } = model.Type == ScalarType.Float32 && model.Device.type == DeviceType.CPU;

    /// <summary>Prefills prompts.</summary>
    /// <returns>Their states, and the logits after each [1, V], owned by the caller's dispose scope.</returns>
    public (PromptState[] States, Tensor[] Logits) Run(IReadOnlyList<GenerationPrompt> prompts)
    {
        if (prompts.Count == 1 || !IsJoint) return Alone(prompts);
        (PromptState[] states, Tensor[] logits) = Prefill.RunTogether(model, prompts);
        (int All, int Shortest) size = (
            BitOperations.Log2((uint)prompts.Sum(prompt => prompt.TokenIds.Count)),
            BitOperations.Log2((uint)prompts.Min(prompt => prompt.TokenIds.Count)));
        if (!_checked.Add(size)) return (states, logits);
        (PromptState[] ownStates, Tensor[] ownLogits) = Alone(prompts);
        IsJoint = states.Zip(ownStates).All(pair => IsEqual(pair.First, pair.Second))
            && logits.Zip(ownLogits).All(pair => IsEqual(pair.First, pair.Second));
        foreach (PromptState state in states) state.Dispose();
        return (ownStates, ownLogits);
    }

    private (PromptState[] States, Tensor[] Logits) Alone(IReadOnlyList<GenerationPrompt> prompts)
    {
        List<PromptState> states = [];
        List<Tensor> logits = [];
        foreach (GenerationPrompt prompt in prompts)
        {
            (PromptState[] own, Tensor after) = Prefill.Run(model, [prompt]);
            states.AddRange(own);
            logits.Add(after);
        }

        return ([.. states], [.. logits]);
    }

    private static bool IsEqual(PromptState first, PromptState second) =>
        first.Keys.Zip(second.Keys).Concat(first.Values.Zip(second.Values)).All(pair => IsEqual(pair.First, pair.Second));

    private static bool IsEqual(Tensor first, Tensor second)
    {
        using Tensor differ = first.ne(second);
        using Tensor any = differ.any();
        return !any.item<bool>();
    }
}
