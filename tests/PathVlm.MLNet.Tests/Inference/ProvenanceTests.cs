using Microsoft.ML;
using PathVlm.MLNet.Inference.Answering;
using PathVlm.MLNet.Inference.Provenance;
using PathVlm.MLNet.Judging.Panel;
using PathVlm.MLNet.Judging.Rubric;
using PathVlm.MLNet.Rewards;
using PathVlm.MLNet.Tests.Contract;
using PathVlm.MLNet.Training.Grpo.Options;
using PathVlm.MLNet.Training.Sft;
using PathVlm.Modeling.Configuration;
using PathVlm.Testing;

namespace PathVlm.MLNet.Tests.Inference;

/// <summary>What zips and exported folders say of base, data, judge and code.</summary>
public sealed class ProvenanceTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly MLContext _ml = new(1);
    private readonly List<string> _warnings = [];

    public ProvenanceTests() => _ml.Log += (_, message) =>
    {
        if (message.Kind == Microsoft.ML.Runtime.ChannelMessageKind.Warning) _warnings.Add(message.RawMessage);
    };

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void AZipAndAFolderOfAChainNameBaseDataJudgeAndCode()
    {
        PathologyCatalog pathology = _ml.Pathology();
        PathologySftOptions sft = TinyCheckpoint.SftOptions();
        sft.BaseModel = BaseWithLicence("---\nlicense: other\nlicense_name: qwen-research\n---\n");
        sft.DataLicence = "CC-BY-4.0";
        GrpoOptions grpo = TinyCheckpoint.GrpoOptions();
        grpo.BaseModel = null;
        ProcessRewardOptions reward = new() { Panel = new ReviewPanelOptions { SoundnessNeedsStep = true } };
        IDataView rows = TinyCheckpoint.Rows("Sft", "Rl", "Sft", "Rl");
        ITransformer model = pathology.SupervisedFineTuning(sft)
            .Append(pathology.Grpo(pathology.ProcessReward(new RubricJudge(), reward), grpo)).Fit(rows);
        string zip = _folder.PathOf("chain.zip");
        pathology.Save(model, rows.Schema, zip);
        PathologyTransformer[] stages = [.. PathologyModelFile.StagesOf(model)];
        stages[^1].Policy.SaveCheckpoint(_folder.PathOf("exported"));
        foreach (PathologyTransformer stage in stages) stage.Dispose();

        IReadOnlyList<PathologyTransformer> loaded = PathologyModelFile.LoadStages(zip);
        ModelProvenance read = loaded[^1].Policy.Provenance;
        foreach (PathologyTransformer stage in loaded) stage.Dispose();
        Assert.Equal(("base", "qwen-research", true), (read.Base!.Name, read.Base.Licence, read.Base.IsResearchOnly));
        Assert.Matches("^[0-9a-f]{64}$", read.Base.Sha256);
        Assert.Equal(["SupervisedFineTuning", "Grpo"], read.Stages.Select(stage => stage.Kind));
        Assert.Equal([2L, 2L], read.Stages.Select(stage => stage.Rows));
        Assert.Equal(["CC-BY-4.0", null], read.Stages.Select(stage => stage.DataLicence));
        Assert.Equal([null, "rubric-1 (soundness needs a step)"], read.Stages.Select(stage => stage.Judge));
        Assert.All(read.Stages, stage => Assert.Matches("^[0-9a-f]{64}$", stage.DataSha256));
        Assert.All(read.Stages, stage => Assert.StartsWith("PathVlm.MLNet 0.1.0", stage.Code, StringComparison.Ordinal));
        Assert.Equal(read.ToLines(), ModelProvenance.OfFolder(_folder.PathOf("exported")).ToLines());
        Assert.Single(_warnings, warning => warning.Contains("is for research only", StringComparison.Ordinal));
    }

    [Fact]
    public void ABaseThatIsSavedAgainIsHashedThen()
    {
        using PathologyTransformer model = _ml.Pathology().Pretrained(TinyCheckpoint.Folder);
        Assert.Null(model.Policy.Provenance.Base!.Sha256);
        string zip = _folder.PathOf("base.zip");
        _ml.Pathology().Save(model, TinyCheckpoint.Rows("Rl").Schema, zip);
        using PathologyTransformer loaded = PathologyModelFile.LoadStages(zip)[0];
        Assert.Matches("^[0-9a-f]{64}$", loaded.Policy.Provenance.Base!.Sha256);
        Assert.Empty(_warnings);
    }

    [Theory]
    [InlineData("README.md", "---\r\nlicense: apache-2.0\r\n---\r\ntext", "apache-2.0", false)]
    [InlineData("README.md", "---\nlicense: \"cc-by-nc-4.0\"\n---", "cc-by-nc-4.0", true)]
    [InlineData("README.md", "license: mit", null, false)]
    [InlineData("LICENSE", "\n  Qwen RESEARCH LICENSE AGREEMENT\n\nmore", "Qwen RESEARCH LICENSE AGREEMENT", true)]
    [InlineData("LICENSE", "", null, false)]
    public void TheLicenceIsWhatTheFolderSays(string name, string text, string? licence, bool researchOnly)
    {
        string folder = _folder.CopyOf(TinyCheckpoint.Folder);
        File.WriteAllText(Path.Combine(folder, name), text);
        BaseProvenance read = BaseProvenance.OfFolder(folder);
        Assert.Equal((licence, researchOnly), (read.Licence, read.IsResearchOnly));
    }

    [Theory]
    [InlineData(2048, 36, true)]
    [InlineData(3584, 28, false)]
    public void PublishedModelsAreKnownByTheirSizes(int hidden, int layers, bool researchOnly)
    {
        ModelConfiguration tiny = ModelConfiguration.Load(TinyCheckpoint.Folder);
        string? licence = LicenceFinder.ByShape(tiny with { Text = tiny.Text with { HiddenSize = hidden, LayerCount = layers } });
        Assert.NotNull(licence);
        Assert.Equal(researchOnly, LicenceFinder.IsResearchOnly(licence));
        Assert.Null(LicenceFinder.ByShape(tiny));
    }

    [Fact]
    public void ZipsOfEarlierVersionsSayThatNothingIsKnown() => Assert.Equal(
        ["not known (no base, data, judge or code is named)"], ModelProvenance.Unknown.ToLines());

    private string BaseWithLicence(string readme)
    {
        string folder = _folder.CopyOf(TinyCheckpoint.Folder, "base");
        File.WriteAllText(Path.Combine(folder, "README.md"), readme);
        return folder;
    }
}
