using System.Reflection;
using Microsoft.ML;
using PathVlm.MLNet;
using PathVlm.Synthesis;
using PathVlm.Testing;

namespace PathVlm.TorchSharpPackage.Tests;

/// <summary>A few drawn rows with stages, and what ML.NET lets nobody outside call.</summary>
public sealed class DrawnRows : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    /// <summary>Draws the rows.</summary>
    public DrawnRows()
    {
        Context = new MLContext(seed: 17) { TempFilePath = _folder.PathOf("temporary") };
        Directory.CreateDirectory(Context.TempFilePath);
        Pathology = Context.Pathology();
        SyntheticSetOptions few = new() { SftCount = 24, RlCount = 6, TestCount = 6, OutOfDomainCount = 0 };
        Pathology.Data.Synthesize(_folder.PathOf("data"), few);
        Staged = Pathology.Data.SplitByFractions(Pathology.Data.LoadPathMmu(_folder.PathOf("data")), sft: 0.6, rl: 0.2, test: 0.2);
    }

    /// <summary>The context; its temporary folder is where Microsoft.ML.TorchSharp looks for weights.</summary>
    public MLContext Context { get; }

    /// <summary>Our components.</summary>
    public PathologyCatalog Pathology { get; }

    /// <summary>The rows.</summary>
    public IDataView Staged { get; }

    /// <summary>The rows' columns as an estimator's GetOutputSchema takes them; ML.NET keeps the conversion internal.</summary>
    public SchemaShape Shape => (SchemaShape)typeof(SchemaShape)
        .GetMethod("Create", BindingFlags.Static | BindingFlags.NonPublic | BindingFlags.Public)!.Invoke(null, [Staged.Schema])!;

    /// <summary>Full path of a file in a folder that goes with the rows.</summary>
    public string PathOf(string name) => _folder.PathOf(name);

    /// <inheritdoc/>
    public void Dispose() => _folder.Dispose();
}
