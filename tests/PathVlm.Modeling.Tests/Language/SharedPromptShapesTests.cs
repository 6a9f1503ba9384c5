using PathVlm.Modeling.Tests.Support;
using TorchSharp;
using static TorchSharp.torch;

namespace PathVlm.Modeling.Tests.Language;

/// <summary>Sharing a prompt changes no number, whatever the lengths; in float32 it costs no accuracy; over twenty steps nothing drifts.</summary>
public sealed class SharedPromptShapesTests
{
    public static TheoryData<int, int[]> Shapes => new()
    {
        { 1, [1] },
        { 1, [2, 95, 1] },
        { 13, [95, 95] },
        { 13, [1, 2, 95, 2, 1, 95, 40, 7] },
        { 1024, [1] },
        { 1024, [2, 95] },
        { 1024, [95, 95, 95, 95] },
    };

    [Theory]
    [MemberData(nameof(Shapes))]
    public void LossAndGradientsEqualThoseOfRepeatedPromptsAtEveryLength(int prompt, int[] completions)
    {
        using DisposeScope scope = NewDisposeScope();
        using Qwen25VlModel model = SmallModels.Create(SmallModels.Configuration());
        Dictionary<string, Tensor> repeated = GroupLoss.Gradients(model, [(prompt, completions)], share: false);
        Dictionary<string, Tensor> shared = GroupLoss.Gradients(model, [(prompt, completions)], share: true);
        foreach ((string key, Tensor expected) in repeated)
            Close.Assert(expected, shared[key], 1e-11 * Math.Max(1, expected.abs().max().ToDouble()), key);
    }

    [Fact]
    public void InSinglePrecisionASharedPromptIsAsNearTheDoubleResultAsARepeatedOne()
    {
        using DisposeScope scope = NewDisposeScope();
        (int, int[])[] groups = [(200, [95, 40, 1, 60]), (13, [2, 95])];
        using Qwen25VlModel model = SmallModels.Create(SmallModels.Configuration());
        using Qwen25VlModel single = model.Clone(new ModelLoadOptions { Type = ScalarType.Float32, Device = model.Device });
        Dictionary<string, Tensor> exact = GroupLoss.Gradients(model, groups, share: false);
        (Dictionary<string, Tensor> repeated, Dictionary<string, Tensor> shared) = (GroupLoss.Gradients(single, groups, share: false), GroupLoss.Gradients(single, groups, share: true));
        foreach ((string key, Tensor expected) in exact)
        {
            double ours = Error(expected, shared[key]), usual = Error(expected, repeated[key]), scale = expected.norm().ToDouble();
            Assert.True(ours <= 1.5 * usual + 2e-7 * scale, $"{key}: shared is off by {ours}, repeated by {usual}, of {scale}");
        }
    }

    [Fact]
    public void TwentyStepsWithSharedPromptsEndAtTheWeightsOfRepeatedOnes()
    {
        using DisposeScope scope = NewDisposeScope();
        using Qwen25VlModel model = SmallModels.Create(SmallModels.Configuration());
        using Qwen25VlModel other = model.Clone();
        for (int step = 0; step < 20; step++)
        {
            (int, int[])[] groups = [(5 + step, [1 + step, 9, 2]), (13, [4, 30])];
            Descend(model, groups, share: true);
            Descend(other, groups, share: false);
        }

        Close.Assert(other.Parameters.Values, model.Parameters.Values, 1e-10, "weights after twenty steps");
    }

    private static double Error(Tensor expected, Tensor actual) => expected.sub(actual.to_type(ScalarType.Float64)).norm().ToDouble();

    private static void Descend(Qwen25VlModel model, (int, int[])[] groups, bool share)
    {
        using DisposeScope scope = NewDisposeScope();
        GroupLoss.Gradients(model, groups, share);
        using IDisposable none = no_grad();
        model.Parameters.Values.narrow(0, model.Parameters.Trainable.Start, model.Parameters.Trainable.Count).sub_(model.Parameters.Gradients.mul(0.05));
    }
}
