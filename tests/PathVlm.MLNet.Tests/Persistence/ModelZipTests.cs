using System.IO.Compression;
using Microsoft.ML;
using PathVlm.MLNet.Data.Rows;
using PathVlm.MLNet.Inference.Answering;
using PathVlm.MLNet.Inference.Policies;
using PathVlm.MLNet.Persistence.Weights;
using PathVlm.MLNet.Tests.Contract;
using PathVlm.MLNet.Training.Grpo.Options;
using PathVlm.Modeling;

namespace PathVlm.MLNet.Tests.Persistence;

/// <summary>What lies in a saved model, and where.</summary>
public sealed class ModelZipTests : IDisposable
{
    private readonly MLContext _ml = new();
    private readonly TestFolder _folder = new();
    private readonly PathologyDataView _rows = TinyCheckpoint.Rows("Sft", "Rl", "Rl");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void TensorsAndFilesThatStagesShareAreStoredOnce()
    {
        using ZipArchive archive = ZipFile.OpenRead(SaveChain());
        ZipArchiveEntry[] weights =
            [.. archive.Entries.Where(entry => entry.Name == "Weights.safetensors")
            .OrderBy(entry => entry.FullName, StringComparer.Ordinal)];
        Assert.Equal(2, weights.Length);
        using Qwen25VlModel model = Qwen25VlModel.Load(TinyCheckpoint.Folder);
        long vision = model.CheckpointTensors.Where(item => item.Key.StartsWith("visual.", StringComparison.Ordinal))
            .Sum(item => item.Value.numel() * 4);
        Assert.InRange(weights[0].Length - weights[1].Length, vision, vision + (1 << 16));
        Assert.Single(archive.Entries, entry => entry.Name == "tokenizer.json");
    }

    [Fact]
    public void ASavedChainAnswersTheSameInAFreshProcess()
    {
        string zip = SaveChain();
        string[] columns = [PathologyColumns.Response, PathologyColumns.PredictedAnswer, PathologyColumns.ResponseTokenCount];
        string[] expected = RowDump.Of(_ml.Model.Load(zip, out _).Transform(_rows), columns);
        Assert.Equal(expected, FreshProcess.Transform(zip, RowSource.Save(_rows, _folder.Path), columns));
    }

    [Fact]
    public void WeightsBesideTheZipAreFoundInAFreshProcessAfterBothWereMoved()
    {
        string zip = SaveBeside();
        string[] expected = RowDump.Of(_ml.Model.Load(zip, out _).Transform(_rows), PathologyColumns.Response);
        string moved = Directory.CreateDirectory(_folder.PathOf("moved")).FullName;
        foreach (string file in Directory.GetFiles(_folder.Path)) File.Move(file, Path.Combine(moved, Path.GetFileName(file)));
        zip = Path.Combine(moved, "beside.zip");
        Assert.Equal(expected, FreshProcess.Transform(zip, RowSource.Save(_rows, _folder.Path), PathologyColumns.Response));
        Assert.True(new FileInfo(zip).Length < new FileInfo(Directory.GetFiles(moved, "*.safetensors").Single()).Length);
    }

    [Fact]
    public void WeightsBesideAZipInMemoryAreRefused()
    {
        using PathologyTransformer model = _ml.Pathology()
            .Pretrained(TinyCheckpoint.Folder, new PathologyModelOptions { WeightsStorage = WeightsStorage.BesideZip });
        using var stream = new MemoryStream();
        InvalidOperationException failure = Assert.Throws<InvalidOperationException>(() => _ml.Model.Save(model, _rows.Schema, stream));
        Assert.Contains("WeightsStorage.BesideZip: the zip is not written to a file; save it by path", failure.Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void WeightsBesideTheZipThatWereChangedOrAreMissingAreRefused()
    {
        string zip = SaveBeside();
        string weights = Directory.GetFiles(_folder.Path, "*.safetensors").Single();
        byte[] bytes = File.ReadAllBytes(weights);
        bytes[^1] ^= 1;
        File.WriteAllBytes(weights, bytes);
        AssertRefused(zip, "; the file is not the one saved with this zip.");
        File.Delete(weights);
        AssertRefused(zip, "are missing; they have to lie beside the zip.");
    }

    [Theory]
    [InlineData("../{0}")]
    [InlineData("/tmp/{0}")]
    [InlineData("a/../../{0}")]
    [InlineData("..\\\\{0}")]
    public void APathOfWeightsThatLeavesTheZipsFolderIsRefused(string path)
    {
        string zip = SaveBeside();
        string name = Path.GetFileName(Directory.GetFiles(_folder.Path, "*.safetensors").Single());
        path = path.Replace("{0}", name, StringComparison.Ordinal);
        ZipEditing.Edit(zip, "Weights.json", text => text.Replace(name, path, StringComparison.Ordinal));
        AssertRefused(zip, $"Path: expected a file in the zip's folder, got [{path.Replace("\\\\", "\\", StringComparison.Ordinal)}].");
    }

    private string SaveChain()
    {
        GrpoOptions options = TinyCheckpoint.GrpoOptions();
        options.BaseModel = null;
        Microsoft.ML.Transforms.CustomMappingEstimator<Judged, Scored> longer = _ml.Transforms.CustomMapping<Judged,
            Scored>((row, score) => score.LengthReward = [.. row.Rollouts.Select(text => (float)text.Length)], contractName: null);
        using Microsoft.ML.Data.TransformerChain<PathologyTransformer> chain = _ml.Pathology()
            .SupervisedFineTuning(TinyCheckpoint.SftOptions())
            .Append(_ml.Pathology().Grpo(longer, options)).Fit(_rows);
        _ml.Model.Save(chain, _rows.Schema, _folder.PathOf("chain.zip"));
        return _folder.PathOf("chain.zip");
    }

    private string SaveBeside()
    {
        using PathologyTransformer model = _ml.Pathology().Pretrained(TinyCheckpoint.Folder, new PathologyModelOptions
        {
            WeightsStorage = WeightsStorage.BesideZip,
            Decoding = new() { Greedy = true, MaxNewTokens = 5 },
        });
        _ml.Model.Save(model, _rows.Schema, _folder.PathOf("beside.zip"));
        return _folder.PathOf("beside.zip");
    }

    private void AssertRefused(string zip, string message)
    {
        Assert.Contains(message, Assert.Throws<InvalidDataException>(() => _ml.Pathology().Pretrained(zip)).Message,
            StringComparison.Ordinal);
        Assert.Contains(message, ZipEditing.Messages(Record.Exception(() => _ml.Model.Load(zip, out _))!), StringComparison.Ordinal);
    }

    private sealed class Judged
    {
        public string[] Rollouts { get; set; } = [];
    }

    private sealed class Scored
    {
        public float[] LengthReward { get; set; } = [];
    }
}
