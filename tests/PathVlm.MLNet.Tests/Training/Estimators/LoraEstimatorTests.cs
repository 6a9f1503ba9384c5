using System.IO.Compression;
using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Transforms;
using PathVlm.MLNet.Data.Rows;
using PathVlm.MLNet.Inference.Answering;
using PathVlm.MLNet.Inference.Policies;
using PathVlm.MLNet.Tests.Contract;
using PathVlm.MLNet.Training.Grpo.Options;
using PathVlm.MLNet.Training.Sft;
using PathVlm.Modeling.Adapters;
using PathVlm.Testing;

namespace PathVlm.MLNet.Tests.Training.Estimators;

/// <summary>Stages that train an adapter: what they share, what they save, and what they refuse.</summary>
public sealed class LoraEstimatorTests
{
    private readonly MLContext _ml = new();

    [Fact]
    public void StagesShareOneBaseAndEachContinuesTheAdapterBeforeIt()
    {
        PathologyDataView rows = TinyCheckpoint.Rows("Sft", "Rl", "Sft", "Rl");
        using PathologyTransformer alone = _ml.Pathology().SupervisedFineTuning(Sft()).Fit(rows);
        using TransformerChain<PathologyTransformer> chain = Chain().Fit(rows);
        PathologyTransformer[] stages = [.. chain.OfType<PathologyTransformer>()];
        Assert.Equal(Adapter(alone), Adapter(stages[0]));
        Assert.NotEqual(Adapter(stages[0]), Adapter(stages[1]));
        Assert.Same(stages[0].Policy.Model.Parameters, stages[1].Policy.Model.Parameters);
        Assert.Equal(RowDump.Of(alone.Transform(rows), "Response"), RowDump.Of(stages[0].Transform(rows), "Response"));
    }

    [Fact]
    public void TheZipHoldsAdaptersAndNamesTheBaseWhichIsLoadedOnce()
    {
        PathologyDataView rows = TinyCheckpoint.Rows("Sft", "Rl", "Sft", "Rl");
        using TestFolder folder = new();
        string zip = folder.PathOf("model.zip");
        string[] answers;
        using (TransformerChain<PathologyTransformer> chain = Chain().Fit(rows))
        {
            answers = RowDump.Of(chain.Transform(rows), "Response");
            _ml.Model.Save(chain, rows.Schema, zip);
        }

        using (ZipArchive archive = ZipFile.OpenRead(zip))
        {
            long adapters = archive.Entries.Where(entry => entry.Name == "Weights.safetensors").Sum(entry => entry.Length);
            Assert.True(adapters < new FileInfo(Path.Combine(TinyCheckpoint.Folder, "model.safetensors")).Length / 2);
        }

        ITransformer loaded = _ml.Model.Load(zip, out _);
        PathologyTransformer[] stages = [.. ((IEnumerable<ITransformer>)loaded).OfType<PathologyTransformer>()];
        Assert.Same(stages[0].Policy.Model.Parameters, stages[1].Policy.Model.Parameters);
        Assert.Equal(answers, RowDump.Of(loaded.Transform(rows), "Response"));
        foreach (PathologyTransformer stage in stages) stage.Dispose();
        Assert.True(stages[0].Policy.HasWeights is false);
    }

    [Fact]
    public void AnotherStageGoesOnFromTheZip()
    {
        PathologyDataView rows = TinyCheckpoint.Rows("Sft", "Sft");
        using TestFolder folder = new();
        string zip = folder.PathOf("model.zip");
        using PathologyTransformer first = _ml.Pathology().SupervisedFineTuning(Sft()).Fit(rows);
        _ml.Model.Save(first, rows.Schema, zip);
        PathologySftOptions next = Sft();
        next.BaseModel = zip;
        using PathologyTransformer second = _ml.Pathology().SupervisedFineTuning(next).Fit(rows);
        PathologySftOptions unbroken = Sft();
        unbroken.BaseModel = null;
        using TransformerChain<PathologyTransformer> chain = _ml.Pathology().SupervisedFineTuning(Sft())
            .Append(_ml.Pathology().SupervisedFineTuning(unbroken)).Fit(rows);
        Assert.Equal(Adapter(chain.OfType<PathologyTransformer>().Last()), Adapter(second));
    }

    [Fact]
    public void TheBaseIsFoundBesideTheZipAndRefusedWhereItIsAnotherOne()
    {
        PathologyDataView rows = TinyCheckpoint.Rows("Sft", "Sft");
        using TemporaryFolder first = new(), second = new();
        string zip = first.PathOf("model.zip"), moved = second.PathOf("model.zip");
        PathologySftOptions options = Sft();
        options.BaseModel = first.CopyOf(TinyCheckpoint.Folder, "base");
        using (PathologyTransformer fitted = _ml.Pathology().SupervisedFineTuning(options).Fit(rows))
            _ml.Model.Save(fitted, rows.Schema, zip);
        File.Copy(zip, moved);
        Directory.Delete(first.PathOf("base"), recursive: true);
        string missing = Assert.Throws<InvalidDataException>(() => _ml.Pathology().Pretrained(moved)).Message;
        Assert.Contains("the base model of the adapter (SHA-256 ", missing, StringComparison.Ordinal);
        Assert.Contains($"tried [{first.PathOf("base")}]; beside [{moved}]; PATHVLM_BASE", missing, StringComparison.Ordinal);
        Assert.Contains("the hub cache", missing, StringComparison.Ordinal);
        string beside = second.CopyOf(TinyCheckpoint.Folder, "named otherwise");
        _ml.Pathology().Pretrained(moved).Dispose();
        byte[] weights = File.ReadAllBytes(Path.Combine(beside, "model.safetensors"));
        weights[^1] ^= 1;
        File.WriteAllBytes(Path.Combine(beside, "model.safetensors"), weights);
        string changed = Assert.Throws<InvalidDataException>(() => _ml.Pathology().Pretrained(moved)).Message;
        Assert.Contains("other models were found: ", changed, StringComparison.Ordinal);
        Assert.Contains("expected SHA-256 ", changed, StringComparison.Ordinal);
    }

    [Fact]
    public void AnExportedAdapterFolderAnswersAsTheStageDidAndCanBeTrainedOn()
    {
        PathologyDataView rows = TinyCheckpoint.Rows("Sft", "Sft");
        using TestFolder folder = new();
        using PathologyTransformer fitted = _ml.Pathology().SupervisedFineTuning(Sft()).Fit(rows);
        string adapter = folder.PathOf("adapter"), whole = folder.PathOf("whole");
        fitted.Policy.SaveAdapter(adapter);
        fitted.Policy.SaveCheckpoint(whole);
        string[] answers = RowDump.Of(fitted.Transform(rows), "Response");
        PathologyModelOptions options = new() { Decoding = Sft().Decoding };
        using PathologyTransformer ofFolder = _ml.Pathology().Pretrained(adapter, options);
        using PathologyTransformer ofWhole = _ml.Pathology().Pretrained(whole, options);
        Assert.Equal(answers, RowDump.Of(ofFolder.Transform(rows), "Response"));
        Assert.Equal(answers, RowDump.Of(ofWhole.Transform(rows), "Response"));
        PathologyModelOptions both = new() { Decoding = Sft().Decoding, Adapter = adapter };
        using PathologyTransformer onNamed = _ml.Pathology().Pretrained(TinyCheckpoint.Folder, both);
        Assert.Equal(answers, RowDump.Of(onNamed.Transform(rows), "Response"));
        PathologySftOptions next = Sft();
        next.BaseModel = adapter;
        _ml.Pathology().SupervisedFineTuning(next).Fit(rows).Dispose();
        next.Lora = null;
        Assert.Contains("is an adapter; set Lora to continue it", Refusal(next, rows), StringComparison.Ordinal);
        File.Copy(Path.Combine(TinyCheckpoint.Folder, "model.safetensors"), Path.Combine(adapter, "model.safetensors"));
        string refused = Assert.Throws<InvalidDataException>(() => _ml.Pathology().Pretrained(adapter)).Message;
        Assert.Contains("expected whole weights or an adapter (adapter_config.json), got both", refused, StringComparison.Ordinal);
    }

    [Fact]
    public void AnAdapterFolderWhoseBaseIsMissingIsRefusedWithThePlacesTried()
    {
        PathologyDataView rows = TinyCheckpoint.Rows("Sft", "Sft");
        using TestFolder folder = new();
        using PathologyTransformer fitted = _ml.Pathology().SupervisedFineTuning(Sft()).Fit(rows);
        PeftFolder.Save(folder.PathOf("adapter"), fitted.Policy.Model.Adapter!, "somebody/no-such-model");
        string message = Assert.Throws<InvalidDataException>(() => _ml.Pathology().Pretrained(folder.PathOf("adapter"))).Message;
        Assert.Contains("the base model [somebody/no-such-model] is missing; tried ", message, StringComparison.Ordinal);
    }

    [Fact]
    public void OtherRanksTargetsOrNoAdapterAreRefusedBeforeTraining()
    {
        PathologyDataView rows = TinyCheckpoint.Rows("Sft", "Rl", "Sft", "Rl");
        Assert.Contains("rank 3, this adapter has 4", ChainRefusal(lora => lora.Rank = 3), StringComparison.Ordinal);
        Assert.Contains(
            "no target model.layers.0.self_attn.k_proj", ChainRefusal(lora => lora.TargetModules = ["q_proj"]), StringComparison.Ordinal);
        PathologySftOptions wrong = Sft();
        wrong.Lora = new LoraOptions { TargetPattern = "nothing" };
        Assert.Contains(
            "SupervisedFineTuning: Lora: The targets [nothing] match no linear layer", Refusal(wrong, rows), StringComparison.Ordinal);
        wrong.Lora = new LoraOptions { TargetPattern = @".*\.gate_proj" };
        Assert.Contains("match model.visual.blocks.0.mlp.gate_proj", Refusal(wrong, rows), StringComparison.Ordinal);
        wrong.Lora = new LoraOptions { Rank = 0, Dropout = 0.1 };
        string options = Assert.Throws<ArgumentOutOfRangeException>(() => _ml.Pathology().SupervisedFineTuning(wrong)).Message;
        Assert.Contains("Lora.Rank: expected 1 or more, got 0; Lora.Dropout: expected 0: a prompt", options, StringComparison.Ordinal);

        string ChainRefusal(Action<LoraOptions> change)
        {
            GrpoOptions grpo = Grpo();
            change(grpo.Lora!);
            return Assert.Throws<ArgumentOutOfRangeException>(() => _ml.Pathology().SupervisedFineTuning(Sft())
                .Append(_ml.Pathology().Grpo(_ml.Pathology().FormatReward(), grpo)).Fit(rows)).Message;
        }
    }

    [Fact]
    public void AStageWithoutAnAdapterAfterOneWithIsRefused()
    {
        PathologyDataView rows = TinyCheckpoint.Rows("Sft", "Rl", "Sft", "Rl");
        GrpoOptions grpo = Grpo();
        grpo.Lora = null;
        string message = Assert.Throws<ArgumentOutOfRangeException>(
            () => _ml.Pathology().SupervisedFineTuning(Sft())
                .Append(_ml.Pathology().Grpo(_ml.Pathology().FormatReward(), grpo)).Fit(rows)).Message;
        Assert.Contains(
            "Grpo: Lora: expected options, as the model that it starts from has an adapter, got null; set Lora to continue it", message,
            StringComparison.Ordinal);
    }

    private EstimatorChain<PathologyTransformer> Chain() =>
        _ml.Pathology().SupervisedFineTuning(Sft()).Append(_ml.Pathology().Grpo(LongWords(), Grpo()));

    private CustomMappingEstimator<Judged, Scored> LongWords() => _ml.Transforms.CustomMapping<Judged, Scored>(
        (row, score) => score.OwnReward = [.. row.Rollouts.Select(rollout => (float)rollout.Length)], contractName: null);

    private static PathologySftOptions Sft()
    {
        PathologySftOptions options = TinyCheckpoint.SftOptions(steps: 2);
        options.Lora = new LoraOptions { Rank = 4, Alpha = 8 };
        return options;
    }

    private static GrpoOptions Grpo()
    {
        GrpoOptions options = TinyCheckpoint.GrpoOptions(steps: 2);
        (options.BaseModel, options.Lora) = (null, new LoraOptions { Rank = 4, Alpha = 8 });
        return options;
    }

    private string Refusal(PathologySftOptions options, IDataView rows) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => _ml.Pathology().SupervisedFineTuning(options).Fit(rows)).Message;

    private static float[] Adapter(PathologyTransformer stage) => stage.Policy.Model.Adapter!.Values.data<float>().ToArray();

    private sealed class Judged
    {
        public string[] Rollouts { get; set; } = [];
    }

    private sealed class Scored
    {
        public float[] OwnReward { get; set; } = [];
    }
}
