using System.Text.Json.Nodes;
using PathVlm.Modeling.Checkpoints;
using PathVlm.Modeling.Checkpoints.Safetensors;
using PathVlm.Modeling.Configuration;
using PathVlm.Testing;
using TorchSharp;
using static TorchSharp.torch;

namespace PathVlm.Modeling.Tests.Checkpoints;

/// <summary>Folders whose files are each right but together wrong; every fault is told at once, before a tensor is read.</summary>
public sealed class CheckpointHostileTests : IDisposable
{
    private const string Index = "model.safetensors.index.json";
    private readonly TemporaryFolder _temporary = new();
    private readonly DisposeScope _scope = NewDisposeScope();
    private readonly string _folder;
    private readonly ModelConfiguration _configuration = Small(tied: false);
    private readonly Dictionary<string, Tensor> _tensors;

    public CheckpointHostileTests()
    {
        _folder = Directory.CreateDirectory(_temporary.PathOf("checkpoint")).FullName;
        _tensors = CheckpointTable.Of(_configuration).ToDictionary(tensor => tensor.Key, tensor => rand(tensor.Shape));
        Write(_configuration, _tensors);
    }

    public void Dispose()
    {
        _scope.Dispose();
        _temporary.Dispose();
    }

    [Fact]
    public void MissingUnknownMisshapenAndIntegerTensorsAreToldAtOnce()
    {
        _tensors.Remove("visual.merger.ln_q.weight");
        _tensors.Remove("lm_head.weight");
        _tensors.Add("model.layers.9.input_layernorm.weight", ones(8));
        _tensors.Add("score.weight", ones(8));
        _tensors["model.norm.weight"] = ones(8, dtype: ScalarType.Int64);
        _tensors["model.embed_tokens.weight"] = ones(17, 8);
        Write(_configuration, _tensors);
        AssertRefused($"{_folder}: missing: visual.merger.ln_q.weight, lm_head.weight; unknown: model.layers.9.input_layernorm.weight, "
            + "score.weight; misshapen: model.embed_tokens.weight (expected [16, 8], got [17, 8]); "
            + "not of a float type: model.norm.weight (I64).");
    }

    [Fact]
    public void KeysOfTwoLayoutsAreRefused()
    {
        _tensors.Add("model.visual.merger.ln_q.weight", _tensors["visual.merger.ln_q.weight"]);
        Write(_configuration, _tensors);
        AssertRefused(
            $"{_folder}: keys of two layouts where one is expected: visual.patch_embed.proj.weight and model.visual.merger.ln_q.weight.");
    }

    [Fact]
    public void ATiedHeadIsAcceptedWhereItIsTheEmbeddingTable()
    {
        ModelConfiguration tied = Small(tied: true);
        _tensors["lm_head.weight"] = _tensors["model.embed_tokens.weight"].clone();
        Write(tied, _tensors);
        Dictionary<string, Tensor> loaded = Destination(tied);
        CheckpointReader.LoadInto(_folder, tied, loaded);
        Assert.True(loaded["model.embed_tokens.weight"].Equals(_tensors["lm_head.weight"]));
        Assert.Equal(
            ["lm_head.weight is there although the head shares the embedding table; it is ignored where it is equal, refused where not."],
            CheckpointReader.Inspect(_folder).Notes);
    }

    [Fact]
    public void ATiedHeadThatDiffersIsRefused()
    {
        ModelConfiguration tied = Small(tied: true);
        Write(tied, _tensors);
        InvalidDataException error = Assert.Throws<InvalidDataException>(() => CheckpointReader.LoadInto(_folder, tied, Destination(tied)));
        Assert.Equal(
            $"{_folder}: lm_head.weight differs from model.embed_tokens.weight, although tie_word_embeddings is true; "
                + "expected equal tables or no lm_head.weight.",
            error.Message);
    }

    [Theory]
    [InlineData("../x.safetensors")]
    [InlineData("/etc/x.safetensors")]
    [InlineData("..\\x.safetensors")]
    [InlineData("c:x.safetensors")]
    [InlineData("sub/x.safetensors")]
    [InlineData("..")]
    [InlineData("")]
    [InlineData("pytorch_model.bin")]
    public void AShardPathThatLeavesTheFolderIsRefused(string shard)
    {
        Shard();
        EditIndex(map => map["model.norm.weight"] = shard);
        AssertRefused($"{Path.Combine(_folder, Index)}: weight_map.model.norm.weight: "
            + $"expected the name of a .safetensors file in the same folder, got [{shard}].");
    }

    [Fact]
    public void AnIndexThatDoesNotFitItsShardsIsToldWhole()
    {
        Shard();
        EditIndex(map =>
        {
            map["model.norm.weight"] = "a.safetensors"; // it lies in b
            map["ghost.weight"] = "c.safetensors";
            map.Remove("lm_head.weight");
        });
        AssertRefused($"{_folder}: shards that the index names but the folder lacks: c.safetensors; "
            + "tensors that aren't in the shard the index names: model.norm.weight (a.safetensors); "
            + "tensors in a shard that the index doesn't name: lm_head.weight (b.safetensors).");
    }

    [Fact]
    public void ATensorInTwoShardsIsRefused()
    {
        Shard(doubled: "model.norm.weight");
        AssertRefused($"{_folder}: tensors in two shards: model.norm.weight (a.safetensors and b.safetensors).", startOnly: true);
    }

    [Fact]
    public void AnIndexThatNamesATensorTwiceIsRefused()
    {
        Shard();
        File.WriteAllText(Path.Combine(_folder, Index), """{"weight_map":{"a":"a.safetensors","a":"b.safetensors"}}""");
        AssertRefused($"{Path.Combine(_folder, Index)}: expected a JSON document", startOnly: true);
    }

    [Theory]
    [InlineData("{}", "weight_map: expected an object of tensor names and file names, got nothing.")]
    [InlineData("""{"weight_map":[]}""", "weight_map: expected an object, got [].")]
    [InlineData("""{"weight_map":{"a":5}}""", "weight_map.a: expected a text, got 5.")]
    public void AnIndexWithoutAMapIsRefused(string index, string message)
    {
        Shard();
        File.WriteAllText(Path.Combine(_folder, Index), index);
        AssertRefused($"{Path.Combine(_folder, Index)}: {message}");
    }

    [Fact]
    public void AFileBesideAnIndexIsRefused()
    {
        File.WriteAllText(Path.Combine(_folder, Index), """{"weight_map":{}}""");
        AssertRefused($"{_folder}: expected model.safetensors or {Index}, got both; remove the stale one.");
    }

    [Fact]
    public void AFolderWithoutWeightsIsInspectedButNotLoaded()
    {
        File.Delete(Path.Combine(_folder, "model.safetensors"));
        FileNotFoundException error = Assert.Throws<FileNotFoundException>(
            () => CheckpointReader.LoadInto(_folder, _configuration, Destination(_configuration)));
        Assert.Equal(
            $"{_folder}: expected model.safetensors or {Index}, got neither; weights are read from safetensors files only, convert others.",
            error.Message);
        Assert.Equal("settings alone (flat), no weights", CheckpointReader.Inspect(_folder).Layout);
    }

    [Fact]
    public void NothingIsReadWhereAnythingIsWrong()
    {
        _tensors.Remove("lm_head.weight");
        Write(_configuration, _tensors);
        Dictionary<string, Tensor> destination = Destination(_configuration);
        Assert.Throws<InvalidDataException>(() => CheckpointReader.LoadInto(_folder, _configuration, destination));
        Assert.All(destination.Values, tensor => Assert.Equal(0, tensor.count_nonzero().item<long>()));
    }

    [Theory]
    [InlineData(float.NaN)]
    [InlineData(float.PositiveInfinity)]
    [InlineData(float.NegativeInfinity)]
    public void WeightsThatAreNotFiniteAreNamedAndLoadedOnlyByOption(float value)
    {
        _tensors["model.norm.weight"] = tensor(new[] { 1, value, 2, 3, 4, 5, 6, value });
        _tensors["lm_head.weight"] = _tensors["lm_head.weight"].to(ScalarType.BFloat16);
        _tensors["lm_head.weight"].index_put_(value, TensorIndex.Single(3), TensorIndex.Single(5));
        Write(_configuration, _tensors);
        InvalidDataException error = Assert.Throws<InvalidDataException>(() => Qwen25VlModel.Load(_folder));
        Assert.Equal($"{_folder}: weights that are NaN or infinite (loaded only with AllowNonFinite): "
            + "model.norm.weight (2), lm_head.weight (1).", Ordered(error.Message));
        using Qwen25VlModel model = Qwen25VlModel.Load(_folder, new ModelLoadOptions { AllowNonFinite = true });
        Assert.Equal(value, model.CheckpointTensors["model.norm.weight"][1].item<float>());

        string Ordered(string message) => message.Contains("(1), model", StringComparison.Ordinal)
            ? message.Replace("lm_head.weight (1), model.norm.weight (2)", "model.norm.weight (2), lm_head.weight (1)")
            : message;
    }

    [Fact]
    public void SizesThatTheFilesDoNotHaveAreRefusedBeforeMemoryIsAskedFor()
    {
        ModelConfiguration huge = _configuration with
        {
            Vision = _configuration.Vision with { HiddenSize = 1 << 20, IntermediateSize = 1 << 20 },
        };
        File.WriteAllText(Path.Combine(_folder, "config.json"), huge.ToPublishedJson(ScalarType.Float32));
        InvalidDataException error = Assert.Throws<InvalidDataException>(() => Qwen25VlModel.Load(_folder));
        Assert.StartsWith($"{_folder}: misshapen: visual.patch_embed.proj.weight (expected [1048576, 3, 2, 2, 2], got [8, ", error.Message);
        Assert.InRange(error.Message.Length, 1, 300);
        Assert.Contains("misshapen: visual.merger.ln_q.weight (expected [1048576], got [8])", (string[])error.Data["Faults"]!);
    }

    [Fact]
    public void AnIndexOfManyShardsIsReadOnce()
    {
        Shard();
        EditIndex(map =>
        {
            for (int index = 0; index < 100_000; index++) map[$"t{index}"] = $"s{index}.safetensors";
        });
        CheckpointFaults faults = new();
        using CheckpointFiles files = CheckpointFiles.Open(_folder, faults);
        InvalidDataException error = Assert.Throws<InvalidDataException>(() => faults.ThrowIfAny(_folder));
        Assert.Equal(100_000, ((string[])error.Data["Faults"]!).Length);
        Assert.InRange(error.Message.Length, 1, 300);
    }

    [UnixFact("links")]
    public void AShardThatIsALinkIsReadWhereverItsTargetLies()
    {
        Shard();
        string blob = _temporary.PathOf("blob");
        File.Move(Path.Combine(_folder, "a.safetensors"), blob);
        File.CreateSymbolicLink(Path.Combine(_folder, "a.safetensors"), blob);
        CheckpointReader.LoadInto(_folder, _configuration, Destination(_configuration));
        File.Delete(Path.Combine(_folder, "a.safetensors"));
        File.CreateSymbolicLink(Path.Combine(_folder, "a.safetensors"), SpecialFile.MakePipe(_temporary.PathOf("pipe")));
        AssertRefused($"{Path.Combine(_folder, "a.safetensors")}: expected a regular file, got a named pipe.");
    }

    private void AssertRefused(string message, bool startOnly = false)
    {
        InvalidDataException loading = Assert.Throws<InvalidDataException>(
            () => CheckpointReader.LoadInto(_folder, _configuration, Destination(_configuration)));
        InvalidDataException inspecting = Assert.Throws<InvalidDataException>(() => CheckpointReader.Inspect(_folder));
        Assert.Equal(message, startOnly ? loading.Message[..Math.Min(message.Length, loading.Message.Length)] : loading.Message);
        Assert.Equal(loading.Message, inspecting.Message);
    }

    private void Write(ModelConfiguration configuration, Dictionary<string, Tensor> tensors)
    {
        File.WriteAllText(Path.Combine(_folder, "config.json"), configuration.ToPublishedJson(ScalarType.Float32));
        SafetensorsWriter.Write(Path.Combine(_folder, "model.safetensors"), tensors);
    }

    /// <summary>Cuts the checkpoint into a.safetensors and b.safetensors.</summary>
    private void Shard(string? doubled = null)
    {
        File.Delete(Path.Combine(_folder, "model.safetensors"));
        ILookup<string, KeyValuePair<string, Tensor>> shards = _tensors
            .ToLookup(pair => pair.Key.StartsWith("visual.", StringComparison.Ordinal) ? "a.safetensors" : "b.safetensors");
        foreach (IGrouping<string, KeyValuePair<string, Tensor>> shard in shards)
        {
            SafetensorsWriter.Write(Path.Combine(_folder, shard.Key),
                shard.Key[0] == 'a' && doubled is not null ? shard.Append(KeyValuePair.Create(doubled, _tensors[doubled])) : shard);
        }

        JsonObject map = new(shards.SelectMany(shard => shard.Select(pair => KeyValuePair.Create(pair.Key, (JsonNode?)shard.Key))));
        File.WriteAllText(Path.Combine(_folder, Index), new JsonObject { ["weight_map"] = map }.ToJsonString());
    }

    private void EditIndex(Action<JsonObject> edit)
    {
        JsonNode index = JsonNode.Parse(File.ReadAllText(Path.Combine(_folder, Index)))!;
        edit(index["weight_map"]!.AsObject());
        File.WriteAllText(Path.Combine(_folder, Index), index.ToJsonString());
    }

    private static Dictionary<string, Tensor> Destination(ModelConfiguration configuration) =>
        CheckpointTable.Of(configuration).ToDictionary(tensor => tensor.Key, tensor => zeros(tensor.Shape));

    private static ModelConfiguration Small(bool tied) => new()
    {
        Text = new TextConfiguration
        {
            VocabularySize = 16, HiddenSize = 8, IntermediateSize = 12, LayerCount = 1, HeadCount = 1, KeyValueHeadCount = 1,
            RotarySections = [1, 1, 2], TieWordEmbeddings = tied,
        },
        Vision = new VisionConfiguration
        {
            Depth = 1, HiddenSize = 8, IntermediateSize = 4, HeadCount = 1, OutputSize = 8, WindowSize = 56, FullAttentionBlocks = [0],
            PatchSize = 2,
        },
        ImageTokenId = 1,
        VideoTokenId = 2,
        VisionStartTokenId = 3,
        VisionEndTokenId = 4,
    };
}
