using PathVlm.Modeling.Checkpoints;
using PathVlm.Modeling.Checkpoints.Safetensors;
using PathVlm.Modeling.Configuration;
using PathVlm.Testing;
using TorchSharp;
using static TorchSharp.torch;

namespace PathVlm.Modeling.Tests.Checkpoints;

public sealed class CheckpointReaderTests
{
    [Theory]
    [MemberData(nameof(ReferenceSet.CheckpointNames), MemberType = typeof(ReferenceSet))]
    public void EveryTensorOfAReferenceCheckpointIsReadUnderItsPublishedKey(string checkpoint)
    {
        using DisposeScope scope = NewDisposeScope();
        string folder = ReferenceSet.PathOf(checkpoint);
        ModelConfiguration configuration = ModelConfiguration.Load(folder);
        Dictionary<string, Tensor> tensors = EmptyTensors(configuration);
        CheckpointReader.LoadInto(folder, configuration, tensors);

        foreach (string path in Directory.GetFiles(folder, "*.safetensors"))
        {
            using SafetensorsFile file = SafetensorsFile.Open(path);
            foreach (string key in file.Entries.Keys)
            {
                string published = key.Replace("model.language_model.", "model.").Replace("model.visual.", "visual.");
                Assert.True(tensors[published].Equals(file.Read(key, ScalarType.Float32)), key);
            }
        }
    }

    [Theory]
    [MemberData(nameof(ReferenceSet.CheckpointNames), MemberType = typeof(ReferenceSet))]
    public void ATransposedViewOfALargerTensorIsFilledAsAPlainTensorIs(string checkpoint)
    {
        using DisposeScope scope = NewDisposeScope();
        string folder = ReferenceSet.PathOf(checkpoint);
        ModelConfiguration configuration = ModelConfiguration.Load(folder);
        Dictionary<string, Tensor> plain = EmptyTensors(configuration);
        Dictionary<string, Tensor> views = CheckpointTable.Of(configuration)
            .ToDictionary(tensor => tensor.Key, tensor => tensor.Shape.Length == 2
            ? zeros(tensor.Shape[1] + 1, tensor.Shape[0]).narrow(0, 1, tensor.Shape[1]).t()
            : zeros(tensor.Shape));
        CheckpointReader.LoadInto(folder, configuration, plain);
        CheckpointReader.LoadInto(folder, configuration, views);
        Assert.All(plain, pair => Assert.True(pair.Value.Equals(views[pair.Key]), pair.Key));
    }

    private static Dictionary<string, Tensor> EmptyTensors(ModelConfiguration configuration) =>
        CheckpointTable.Of(configuration).ToDictionary(tensor => tensor.Key, tensor => zeros(tensor.Shape) * float.NaN);
}
