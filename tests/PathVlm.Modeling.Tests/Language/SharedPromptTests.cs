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
        using DisposeScope scope = NewDisposeScope();
        using Qwen25VlModel model = SmallModels.Create(SmallModels.Configuration(tied, heads, groups));
        Dictionary<string, Tensor> shared = Gradients(model, completions, share: true, reference: false);
        Dictionary<string, Tensor> repeated = Gradients(model, completions, share: false, reference: true);
        Dictionary<string, Tensor> reference = Gradients(model, completions, share: true, reference: true);
        AssertEqual(reference, shared, "fast kernel against the reference kernel");
        AssertEqual(repeated, shared, "shared against repeated");
    }

    private static void AssertEqual(Dictionary<string, Tensor> expected, Dictionary<string, Tensor> actual, string what)
    {
        foreach ((string key, Tensor value) in expected)
            Close.Assert(value, actual[key], Tolerance * Math.Max(1, value.abs().max().ToDouble()), $"{what}: {key}");
    }

    /// <summary>Loss under its own key, and all gradients, of prompts with a picture each and completions of the given lengths.</summary>
    private static Dictionary<string, Tensor> Gradients(Qwen25VlModel model, int[][] completions, bool share, bool reference)
    {
        model.Decoder.UsesReferenceAttention = reference;
        model.Parameters.Train(visionFrozen: false);
        var random = new Random(11);
        PackedSequencesBuilder builder = SmallModels.Builder(model);
        var patches = new List<Tensor>();
        var targets = new List<(int Segment, int From, long[] Ids)>();
        var grids = new List<ImageGrid>();
        foreach (int[] lengths in completions)
        {
            (int[] prompt, ImageGrid grid) = SmallModels.WithPicture(random);
            Tensor picture = SmallModels.Noise(random, [24, 1176], 1, model.Type);
            int[][] answers = lengths.Select(length => SmallModels.Ids(random, length)).ToArray();
            if (share || answers.Length == 0) Add(builder, patches, grids, prompt, grid, picture);
            int parent = builder.SegmentCount - 1;
            if (answers.Length == 0) targets.Add((parent, 9, [.. prompt[9..].Select(id => (long)id)]));
            foreach (int[] answer in answers)
            {
                int segment = share ? builder.AddCompletion(parent, answer) : Add(
                    builder, patches, grids, [.. prompt, .. answer], grid, picture);
                targets.Add((segment, share ? 0 : prompt.Length, [.. answer.Select(id => (long)id)]));
            }
        }

        using PackedSequences packed = builder.Build(model.Device);
        Tensor features = model.EncodeImages(cat(patches), grids);
        ForwardRows rows = ForwardRows.Of(targets.SelectMany(target => ForwardRows.Predicting(packed, target.Segment, target.From)));
        Tensor hidden = model.Forward(packed, features, rows);
        Tensor scores = model.TokenLogProbabilities(
            hidden, tensor(targets.SelectMany(target => target.Ids).ToArray(), device: model.Device)).LogProbabilities;
        Tensor loss = scores.mul(SmallModels.Noise(new Random(5), scores.shape, 1, model.Type).to(model.Device)).sum();
        loss.backward();
        Dictionary<string, Tensor> result = model.Parameters.PublishedGradients.ToDictionary(
            entry => entry.Key, entry => entry.Value.clone());
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
