using PathVlm.Modeling.Checkpoints;
using PathVlm.Modeling.Checkpoints.Safetensors;
using PathVlm.Modeling.Configuration;
using PathVlm.Modeling.Files;
using PathVlm.Testing;
using TorchSharp;
using static TorchSharp.torch;

namespace PathVlm.Modeling.Tests.Checkpoints;

public sealed class CheckpointWriterTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly DisposeScope _scope = NewDisposeScope();

    public void Dispose()
    {
        _scope.Dispose();
        _folder.Dispose();
    }

    [Theory]
    [MemberData(nameof(ReferenceSet.CheckpointNames), MemberType = typeof(ReferenceSet))]
    public void ASavedFolderHasThePublishedLayoutAndLoadsTheSame(string checkpoint)
    {
        string source = ReferenceSet.PathOf(checkpoint);
        (ModelConfiguration configuration, Dictionary<string, Tensor> tensors) = Load(source);
        CheckpointWriter.Save(_folder.PathOf("new", "saved"), configuration, tensors, CheckpointSource.FromFolder(source));

        CheckpointInfo info = CheckpointReader.Inspect(_folder.PathOf("new", "saved"));
        Assert.Equal("as published: flat settings, flat keys", info.Layout);
        (ModelConfiguration again, Dictionary<string, Tensor> reloaded) = Load(_folder.PathOf("new", "saved"));
        Assert.Equal(configuration.ToPublishedJson(ScalarType.Float32), again.ToPublishedJson(ScalarType.Float32));
        Assert.All(tensors, pair => Assert.True(pair.Value.Equals(reloaded[pair.Key]), pair.Key));
        foreach (string file in Directory.GetFiles(source).Where(file => !file.Contains("safetensors") && Path.GetFileName(file) != "config.json"))
            Assert.Equal(File.ReadAllBytes(file), File.ReadAllBytes(_folder.PathOf("new", "saved", Path.GetFileName(file))));
        Assert.Equal([_folder.PathOf("new", "saved")], Directory.GetFileSystemEntries(_folder.PathOf("new")));
    }

    [Fact]
    public void LargeModelsAreCutIntoShardsWithAnIndex()
    {
        string source = ReferenceSet.PathOf(ReferenceSet.Checkpoints()[0]);
        (ModelConfiguration configuration, Dictionary<string, Tensor> tensors) = Load(source);
        long bytes = 2 * CheckpointTable.Count(configuration).Total;
        CheckpointWriter.Save(_folder.PathOf("saved"), configuration, tensors, CheckpointSource.FromFolder(source),
            new CheckpointWriteOptions { Type = ScalarType.BFloat16, MaxShardBytes = bytes / 3 });

        CheckpointInfo info = CheckpointReader.Inspect(_folder.PathOf("saved"));
        Assert.True(info.HasIndex);
        Assert.True(info.Files.Count >= 3);
        Assert.Equal($"model-00001-of-{info.Files.Count:D5}.safetensors", info.Files[0].Name);
        Assert.Equal([ScalarType.BFloat16], info.Types.Keys);
        Assert.Equal(info.Parameters.Total, info.Types[ScalarType.BFloat16]);
        (_, Dictionary<string, Tensor> reloaded) = Load(_folder.PathOf("saved"));
        Assert.All(tensors, pair => Assert.True(pair.Value.to_type(ScalarType.BFloat16).to_type(ScalarType.Float32).Equals(reloaded[pair.Key]), pair.Key));
    }

    [Fact]
    public void AFolderThatExistsIsReplacedOnlyWhereAsked()
    {
        string source = ReferenceSet.PathOf(ReferenceSet.Checkpoints()[0]), copy = _folder.CopyOf(source);
        (ModelConfiguration configuration, Dictionary<string, Tensor> tensors) = Load(source);
        IOException error = Assert.Throws<IOException>(() => CheckpointWriter.Save(copy, configuration, tensors, CheckpointSource.FromFolder(source)));
        Assert.Equal($"The folder [{copy}] exists and isn't empty; choose another or ask for it to be replaced (Overwrite).", error.Message);

        tensors["model.norm.weight"].add_(1);
        CheckpointWriter.Save(copy, configuration, tensors, CheckpointSource.FromFolder(copy), new CheckpointWriteOptions { Overwrite = true });
        (_, Dictionary<string, Tensor> reloaded) = Load(copy);
        Assert.True(tensors["model.norm.weight"].Equals(reloaded["model.norm.weight"]));
        Assert.Equal([copy], Directory.GetFileSystemEntries(_folder.Path));

        File.Delete(Path.Combine(copy, "config.json"));
        error = Assert.Throws<IOException>(() => CheckpointWriter.Save(copy, configuration, tensors, CheckpointSource.FromFolder(source), new CheckpointWriteOptions { Overwrite = true }));
        Assert.Equal($"The folder [{copy}] holds no config.json: only a checkpoint is replaced.", error.Message);
    }

    [Fact]
    public void AFailureHalfwayLeavesNoFolder()
    {
        string source = ReferenceSet.PathOf(ReferenceSet.Checkpoints()[0]);
        (ModelConfiguration configuration, Dictionary<string, Tensor> tensors) = Load(source);
        IOException error = Assert.Throws<IOException>(() => AtomicFolder.Write(_folder.PathOf("saved"), null, making =>
        {
            SafetensorsWriter.Write(Path.Combine(making, "model.safetensors"), tensors);
            throw new IOException("disk full");
        }));
        Assert.Equal("disk full", error.Message);
        Assert.Empty(Directory.GetFileSystemEntries(_folder.Path));
    }

    [Fact]
    public void TensorsThatDoNotFitTheSettingsAreAllNamedAndNothingIsWritten()
    {
        string source = ReferenceSet.PathOf(ReferenceSet.Checkpoints()[0]);
        (ModelConfiguration configuration, Dictionary<string, Tensor> tensors) = Load(source);
        long width = configuration.Text.HiddenSize;
        tensors.Remove("model.norm.weight");
        tensors.Add("model.extra.weight", zeros(1));
        tensors["model.layers.0.input_layernorm.weight"] = zeros(width, 1);
        ArgumentException error = Assert.Throws<ArgumentException>(() => CheckpointWriter.Save(_folder.PathOf("saved"), configuration, tensors, CheckpointSource.FromFolder(source)));
        Assert.StartsWith("The tensors don't fit the model's settings: model.norm.weight is missing; model.extra.weight is unknown; "
            + $"model.layers.0.input_layernorm.weight: expected shape [{width}], got [{width}, 1].", error.Message);
        Assert.Empty(Directory.GetFileSystemEntries(_folder.Path));
    }

    [Fact]
    public void ASourceWithoutTokenizerIsRefused()
    {
        string source = ReferenceSet.PathOf(ReferenceSet.Checkpoints()[0]);
        (ModelConfiguration configuration, Dictionary<string, Tensor> tensors) = Load(source);
        FileNotFoundException error = Assert.Throws<FileNotFoundException>(() => CheckpointWriter.Save(_folder.PathOf("saved"), configuration, tensors, CheckpointSource.FromFolder(_folder.Path)));
        Assert.Equal($"{_folder.Path}: expected a tokenizer, tokenizer.json or vocab.json with merges.txt; got neither.", error.Message);
    }

    private static (ModelConfiguration Configuration, Dictionary<string, Tensor> Tensors) Load(string folder)
    {
        ModelConfiguration configuration = ModelConfiguration.Load(folder);
        Dictionary<string, Tensor> tensors = CheckpointTable.Of(configuration).ToDictionary(tensor => tensor.Key, tensor => zeros(tensor.Shape));
        CheckpointReader.LoadInto(folder, configuration, tensors);
        return (configuration, tensors);
    }
}
