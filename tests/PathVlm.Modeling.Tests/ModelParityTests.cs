using PathVlm.Modeling.Checkpoints.Safetensors;
using PathVlm.Modeling.Processing;
using PathVlm.Modeling.Processing.Chat;
using PathVlm.Modeling.Processing.Pictures;
using PathVlm.Modeling.Sequences;
using PathVlm.Modeling.Tests.Support;
using PathVlm.Testing;
using TorchSharp;
using static TorchSharp.torch;

namespace PathVlm.Modeling.Tests;

/// <summary>Every forward case of the reference set: positions, features, hidden states, logits.</summary>
public sealed class ModelParityTests
{
    private const double Tolerance = 1e-4;

    /// <summary>Cases (checkpoint, file) of the set; a checkpoint saved again has the outputs of its source.</summary>
    public static TheoryData<string, string, string> Cases => CasesWhere(_ => true);

    /// <summary>Those of the cases that hold the states after each layer.</summary>
    public static TheoryData<string, string, string> CasesWithHiddenStates =>
        CasesWhere(file => file.Entries.ContainsKey("hidden_states.0"));

    [Theory]
    [MemberData(nameof(Cases))]
    public void ForwardPassIsTheReferences(string checkpoint, string source, string name)
    {
        using DisposeScope scope = NewDisposeScope();
        using IDisposable none = no_grad();
        using Qwen25VlModel model =
            Qwen25VlModel.Load(ReferenceSet.PathOf(checkpoint), new ModelLoadOptions { Device = TestDevice.Device });
        using var batch = new ReferenceBatch(model, checkpoint, ReferenceSet.PathOf("model", source, name + ".safetensors"));
        Tensor? features = batch.Features(model);
        if (batch.Has("image_features")) Close.Assert(batch.Read("image_features"), features!, Tolerance, "image_features");
        if (batch.Has("position_ids")) AssertPositions(batch);
        Tensor logits = model.Logits(model.Forward(batch.Packed, features));
        AssertRows(batch, "logits", logits);
    }

    [Theory]
    [MemberData(nameof(CasesWithHiddenStates))]
    public void HiddenStatesAreTheReferences(string checkpoint, string source, string name)
    {
        using DisposeScope scope = NewDisposeScope();
        using IDisposable none = no_grad();
        using Qwen25VlModel model = Qwen25VlModel.Load(ReferenceSet.PathOf(checkpoint));
        using var batch = new ReferenceBatch(model, checkpoint, ReferenceSet.PathOf("model", source, name + ".safetensors"));
        Tensor? features = batch.Features(model);
        IReadOnlyList<Tensor> states = model.HiddenStates(batch.Packed, features);
        Assert.False(batch.Has($"hidden_states.{states.Count}"));
        for (int index = 0; index < states.Count; index++) AssertRows(batch, $"hidden_states.{index}", states[index]);
    }

    [Fact]
    public void LogitsOfAPromptAreThoseOfItsPack()
    {
        using DisposeScope scope = NewDisposeScope();
        using IDisposable none = no_grad();
        string folder = ReferenceSet.PathOf(ReferenceSet.Checkpoints()[0]);
        using Qwen25VlModel model = Qwen25VlModel.Load(folder);
        Qwen25VlProcessor processor = Qwen25VlProcessor.Load(folder, minPixels: 3136, maxPixels: 12544);
        EncodedPrompt prompt = processor.Encode(
            [ChatMessage.User("What is seen?", pictures: 1)], [new RgbPicture(70, 56, new byte[70 * 56 * 3])]);
        PackedSequencesBuilder builder = new(model.Configuration);
        builder.AddPrompt(prompt.TokenIds, [prompt.Images[0].Grid]);
        using PackedSequences packed = builder.Build();
        Tensor expected = model.Logits(model.Forward(packed, model.EncodeImages(prompt.Images)));
        Tensor logits = model.Logits(prompt);
        Assert.Equal([prompt.TokenIds.Length, model.Configuration.Text.VocabularySize], logits.shape);
        Assert.Equal(expected.data<float>().ToArray(), logits.data<float>().ToArray());
        Assert.Throws<ArgumentException>(() => model.Logits(prompt with { Images = [] }));
    }

    private static TheoryData<string, string, string> CasesWhere(Func<SafetensorsFile, bool> fits)
    {
        TheoryData<string, string, string> cases = [];
        foreach (string checkpoint in ReferenceSet.Checkpoints())
        {
            string source = checkpoint.EndsWith("-resaved", StringComparison.Ordinal) ? checkpoint[..^"-resaved".Length] : checkpoint;
            foreach (string name in ReferenceSet.Names(Path.Combine("model", source), "*.safetensors"))
            {
                using SafetensorsFile file = SafetensorsFile.Open(ReferenceSet.PathOf("model", source, name + ".safetensors"));
                if (fits(file)) cases.Add(checkpoint, source, name);
            }
        }

        return cases;
    }

    private static void AssertPositions(ReferenceBatch batch)
    {
        Tensor expected = batch.Read("position_ids");
        Tensor deltas = batch.Read("rope_deltas").flatten();
        for (int row = 0; row < batch.Places.Count; row++)
        {
            Modeling.Sequences.PackedSegment segment = batch.Packed.Segments[row];
            Tensor kept = tensor(batch.Places[row].Select(place => (long)place).ToArray());
            Tensor actual = batch.Packed.Positions.narrow(1, segment.Start, segment.Length).cpu();
            Assert.True(
                expected.select(1, row).index_select(1, kept).equal(actual).all().ToBoolean(), $"position_ids of row {row} differ.");
            // The reference counts the delta from the padded length in some releases, from the row's own in others: both are told apart
            // by the padding, which our segments do not have.
            int delta = batch.Packed.NextPositions[row] - segment.Length;
            Assert.Contains(deltas[row].ToInt64(), new long[] { delta, delta - (batch.Width - segment.Length) });
        }
    }

    private static void AssertRows(ReferenceBatch batch, string name, Tensor actual)
    {
        Tensor reference = batch.Read(name);
        for (int row = 0; row < batch.Places.Count; row++)
        {
            Modeling.Sequences.PackedSegment segment = batch.Packed.Segments[row];
            (Tensor expected, int skipped) = batch.Row(reference, row);
            Close.Assert(expected, actual.narrow(0, segment.Start + skipped, segment.Length - skipped), Tolerance, $"{name} of row {row}");
        }
    }
}
