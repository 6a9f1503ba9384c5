using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.TorchSharp;
using PathVlm.Synthesis;
using TorchSharp;

namespace PathVlm.TorchSharpPackage.Tests;

/// <summary>What works beside Microsoft.ML.TorchSharp 0.23.1: its estimators and ours in one chain, and all else of ML.NET.</summary>
public sealed class ComposingTests(DrawnRows rows) : IClassFixture<DrawnRows>
{
    private readonly MLContext _ml = rows.Context;

    [Fact]
    public void ThePackageIsLoadedBesideANewerTorchSharpThanItWasBuiltFor()
    {
        Version built = typeof(TorchSharpCatalog).Assembly.GetReferencedAssemblies().Single(name => name.Name == "TorchSharp").Version!;
        Assert.Equal(new Version(0, 102, 7, 0), built);
        Assert.Equal(new Version(0, 107, 0, 0), typeof(torch).Assembly.GetName().Version);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void TextClassificationAndFineTuningComposeInOneChain(bool first)
    {
        IEstimator<ITransformer> classification = TextClassification(), fineTuning = FineTuning();
        SchemaShape composed = first
            ? classification.Append(fineTuning).GetOutputSchema(rows.Shape)
            : fineTuning.Append(classification).GetOutputSchema(rows.Shape);
        Assert.Superset(
            new HashSet<string> { "Image", "Question", "Label", "Kind", "KindScore", "Response", "Reasoning", "PredictedAnswer" },
            composed.Select(column => column.Name).ToHashSet());
    }

    [Fact]
    public void SentenceSimilarityAndGrpoComposeInOneChain()
    {
        IEstimator<ITransformer> chain = _ml.Transforms.Expression("Label", "x => single(len(x))", "Question")
            .Append(_ml.Regression.Trainers.SentenceSimilarity(sentence1ColumnName: "Question", sentence2ColumnName: "Explanation"))
            .Append(FineTuning()).Append(rows.Pathology.Grpo(rows.Pathology.FormatReward()));
        Assert.Superset(new HashSet<string> { "Score", "Response" },
            chain.GetOutputSchema(rows.Shape).Select(column => column.Name).ToHashSet());
    }

    [Fact]
    public void AChainOfMLNetsTrainersAndOursTrainsSavesAndLoadsWithThePackageLoaded()
    {
        _ = typeof(TorchSharpCatalog).Assembly.GetTypes();
        IEstimator<ITransformer> chain = _ml.Transforms.Conversion.MapValueToKey("Label", "Answer")
            .Append(_ml.Transforms.Text.FeaturizeText("Features", "Question"))
            .Append(_ml.MulticlassClassification.Trainers.SdcaMaximumEntropy(maximumNumberOfIterations: 3))
            .Append(_ml.Transforms.Conversion.MapKeyToValue("PredictedLabel"))
            .Append(FineTuning());
        ITransformer fitted = chain.Fit(rows.Staged);
        using IDisposable owned = (IDisposable)fitted;
        _ml.Model.Save(fitted, rows.Staged.Schema, rows.PathOf("chain.zip"));
        ITransformer loaded = new MLContext(seed: 1).Model.Load(rows.PathOf("chain.zip"), out _);
        string[] answers = Answers(fitted);
        Assert.All(answers, answer => Assert.NotEqual(" | ", answer));
        Assert.Equal(answers, Answers(loaded));
    }

    private string[] Answers(ITransformer model)
    {
        IDataView answered = model.Transform(_ml.Data.TakeRows(rows.Staged, 3));
        return [.. answered.GetColumn<string>("PredictedLabel").Zip(answered.GetColumn<string>("Response"),
            (label, response) => $"{label} | {response}")];
    }

    private IEstimator<ITransformer> FineTuning() => rows.Pathology.SupervisedFineTuning(
        baseModel: EmbeddedBaseModel.Folder, maxSteps: 2, batchSize: 2, learningRate: 1e-3);

    private IEstimator<ITransformer> TextClassification() => _ml.Transforms.Conversion.MapValueToKey("Label", "Answer")
        .Append(_ml.MulticlassClassification.Trainers.TextClassification(
            labelColumnName: "Label", outputColumnName: "Kind", scoreColumnName: "KindScore", sentence1ColumnName: "Question"));
}
