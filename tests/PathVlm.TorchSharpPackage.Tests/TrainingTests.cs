using System.Reflection;
using System.Runtime.CompilerServices;
using Microsoft.ML;
using Microsoft.ML.Tokenizers;
using Microsoft.ML.TorchSharp;
using Microsoft.ML.TorchSharp.NasBert;
using TorchSharp;

namespace PathVlm.TorchSharpPackage.Tests;

/// <summary>
/// What does not work: training with Microsoft.ML.TorchSharp 0.23.1 on TorchSharp 0.107. The package was built for 0.102.7, where a layer's
/// initialiser could dispose the tensor that the layer keeps; since then the layer's weight is gone with it. The day these tests fail, the
/// two go together again: then docs/ml-torchsharp.md has to say so.
/// </summary>
public sealed class TrainingTests(DrawnRows rows) : IClassFixture<DrawnRows>
{
    private const BindingFlags Any = BindingFlags.Static | BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic;
    private static readonly Assembly Package = typeof(TorchSharpCatalog).Assembly;

    [Fact]
    public void TextClassificationDoesNotTrain()
    {
        MLContext ml = rows.Context;
        PlaceEncoder(Path.Combine(ml.TempFilePath, "mlnet", "NasBert2000000.tsm"));
        IEstimator<ITransformer> chain = ml.Transforms.Conversion.MapValueToKey("Label", "Answer")
            .Append(ml.MulticlassClassification.Trainers.TextClassification(
                labelColumnName: "Label", sentence1ColumnName: "Question", batchSize: 4, maxEpochs: 1));
        InvalidOperationException fault = Assert.Throws<InvalidOperationException>(() => chain.Fit(rows.Staged));
        Assert.StartsWith("Tensor invalid", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void ObjectDetectionCallsAMethodThatTorchSharpNoLongerHas()
    {
        MethodBase forward = Package.GetTypes().Single(type => type.Name == "FPN").GetMethods(Any).Single(method =>
            method.Name == "forward" && !method.IsAbstract);
        MissingMethodException fault = Assert.Throws<MissingMethodException>(() => RuntimeHelpers.PrepareMethod(forward.MethodHandle));
        Assert.Contains("interpolate", fault.Message, StringComparison.Ordinal);
    }

    // The trainer takes its encoder from a file where it has been downloaded; here one with random weights, of the package's own making.
    private static void PlaceEncoder(string path)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        object options = Activator.CreateInstance<TextClassificationTrainer.TextClassificationOptions>();
        var tokenizer = (EnglishRobertaTokenizer)Package.GetType("Microsoft.ML.TorchSharp.Extensions.TokenizerExtensions")!
            .GetMethod("GetInstance", Any)!.Invoke(null, [null])!;
        Type type = Package.GetType("Microsoft.ML.TorchSharp.NasBert.Models.ModelForPrediction")!;
        using var model = (torch.nn.Module)Activator.CreateInstance(
            type, Any, null, [options, tokenizer.PadIndex, tokenizer.SymbolsCount, 3], null)!;
        ((torch.nn.Module)type.GetMethod("GetEncoder", Any)!.Invoke(model, null)!).save(path);
    }
}
