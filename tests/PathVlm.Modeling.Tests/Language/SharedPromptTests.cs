using PathVlm.Modeling.Processing;
using PathVlm.Modeling.Sequences;
using PathVlm.Modeling.Tests.Support;
using TorchSharp;
using static TorchSharp.torch;

namespace PathVlm.Modeling.Tests.Language;

/// <summary>A prompt computed once for its completions is a prompt repeated for each; the fast kernel is the reference kernel.</summary>
public sealed class SharedPromptTests
{
    private const double Tolerance = 1e-11;

    public static TheoryData<bool, int, int, int[][]> Packs => new()
    {
        { false, 4, 2, [[1]] },
        { true, 4, 2, [[3, 1, 7, 2]] },
        { false, 4, 4, [[5, 5], [2, 9, 4]] },
        { true, 3, 1, [[40, 33, 1, 2, 5], [1], [6, 6, 6, 6]] },
        { false, 4, 2, [[130, 70], []] },
        { false, 4, 2, [[], [], [], []] },
    };

    [Theory]
    [MemberData(nameof(Packs))]
    public void LossAndEveryGradientEqualThoseOfRepeatedPrompts(bool tied, int heads, int groups, int[][] completions)
    {
        using var scope = NewDisposeScope();
        using var model = SmallModels.Create(SmallModels.Configuration(tied, heads, groups));
        var shared = Gradients(model, completions, share: true, reference: false);
        var repeated = Gradients(model, completions, share: false, reference: true);
        var reference = Gradients(model, completions, share: true, reference: true);
        AssertEqual(reference, shared, "fast kernel against the reference kernel");
        AssertEqual(repeated, shared, "shared against repeated");
    }

    private static void AssertEqual(Dictionary<string, Tensor> expected, Dictionary<string, Tensor> actual, string what)
    {
        foreach (var (key, value) in expected)
            Close.Assert(value, actual[key], Tolerance * Math.Max(1, value.abs().max().ToDouble()), $"{what}: {key}");
    }

    /// <summary>Loss under its own key, and all gradients, of prompts with a picture each and completions of the given lengths.</summary>
    private static Dictionary<string, Tensor> Gradients(Qwen25VlModel model, int[][] completions, bool share, bool reference)
    {
        model.Decoder.UsesReferenceAttention = reference;
        model.Parameters.Train(visionFrozen: false);
        var random = new Random(11);
        var builder = SmallModels.Builder(model);
        var patches = new List<Tensor>();
        var targets = new List<(int Segment, int From, long[] Ids)>();
        var grids = new List<ImageGrid>();
        foreach (var lengths in completions)
        {
            var (prompt, grid) = SmallModels.WithPicture(random);
            var picture = SmallModels.Noise(random, [24, 1176], 1, model.Type);
            var answers = lengths.Select(length => SmallModels.Ids(random, length)).ToArray();
            if (share || answers.Length == 0) Add(builder, patches, grids, prompt, grid, picture);
            var parent = builder.SegmentCount - 1;
            if (answers.Length == 0) targets.Add((parent, 9, [.. prompt[9..].Select(id => (long)id)]));
            foreach (var answer in answers)
            {
                var segment = share ? builder.AddCompletion(parent, answer) : Add(builder, patches, grids, [.. prompt, .. answer], grid, picture);
                targets.Add((segment, share ? 0 : prompt.Length, [.. answer.Select(id => (long)id)]));
            }
        }

        using var packed = builder.Build();
        var features = model.EncodeImages(cat(patches), grids);
        var rows = ForwardRows.Of(targets.SelectMany(target => ForwardRows.Predicting(packed, target.Segment, target.From)));
        var hidden = model.Forward(packed, features, rows);
        var scores = model.TokenLogProbabilities(hidden, tensor(targets.SelectMany(target => target.Ids).ToArray())).LogProbabilities;
        var loss = scores.mul(SmallModels.Noise(new Random(5), scores.shape, 1, model.Type)).sum();
        loss.backward();
        var result = model.Parameters.PublishedGradients.ToDictionary(entry => entry.Key, entry => entry.Value.clone());
        result.Add("loss", loss.detach());
        return result;
    }

    private static int Add(
        PackedSequencesBuilder builder, List<Tensor> patches, List<ImageGrid> grids, int[] ids, ImageGrid grid, Tensor picture)
    {
        patches.Add(picture);
        grids.Add(grid);
        return builder.AddPrompt(ids, [grid]);
    }
}
