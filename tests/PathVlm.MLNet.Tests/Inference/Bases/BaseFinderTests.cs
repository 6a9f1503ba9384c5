using PathVlm.MLNet.Inference.Bases;
using PathVlm.MLNet.Tests.Contract;
using PathVlm.Testing;

namespace PathVlm.MLNet.Tests.Inference.Bases;

/// <summary>Each place in which the base of an adapter is looked for, by its content.</summary>
public sealed class BaseFinderTests : IDisposable
{
    private static readonly string[] Variables = ["PATHVLM_BASE", "HF_HUB_CACHE", "HF_HOME"];
    private readonly TemporaryFolder _folder = new();
    private readonly Dictionary<string, string?> _before = Variables.ToDictionary(name => name, Environment.GetEnvironmentVariable);
    private readonly BaseReference _gone;

    public BaseFinderTests()
    {
        foreach (string name in Variables) Environment.SetEnvironmentVariable(name, null);
        Environment.SetEnvironmentVariable("HF_HUB_CACHE", _folder.PathOf("no-cache"));
        _gone = BaseFiles.Describe(TinyCheckpoint.Folder) with { Path = _folder.PathOf("gone", "base") };
    }

    private string Zip => _folder.PathOf("zips", "model.zip");

    public void Dispose()
    {
        foreach ((string name, string? value) in _before) Environment.SetEnvironmentVariable(name, value);
        _folder.Dispose();
    }

    [Fact]
    public void ThePathThatTheZipStores() =>
        Assert.Equal(TinyCheckpoint.Folder, Found(BaseFiles.Describe(TinyCheckpoint.Folder)));

    [Fact]
    public void AFolderBesideTheZipWhateverItsName()
    {
        string beside = Copy("zips", "another name");
        Assert.Equal(beside, Found(_gone));
    }

    [Fact]
    public void TheFolderThatTheVariableNames()
    {
        string named = Copy("elsewhere");
        Environment.SetEnvironmentVariable("PATHVLM_BASE", named);
        Assert.Equal(named, Found(_gone));
    }

    [Fact]
    public void AFolderInsideTheOneThatTheVariableNames()
    {
        string inner = Copy("models", "three");
        Environment.SetEnvironmentVariable("PATHVLM_BASE", _folder.PathOf("models"));
        Assert.Equal(inner, Found(_gone));
    }

    [Theory]
    [InlineData("HF_HUB_CACHE", "cache")]
    [InlineData("HF_HOME", "cache", "hub")]
    public void ASnapshotOfTheHubCache(string variable, params string[] hub)
    {
        string snapshot = Copy([.. hub, "models--some--base", "snapshots", "0123"]);
        Environment.SetEnvironmentVariable("HF_HUB_CACHE", null);
        Environment.SetEnvironmentVariable(variable, _folder.PathOf("cache"));
        Assert.Equal(snapshot, Found(_gone));
    }

    [Fact]
    public void AMissingBaseIsRefusedWithThePlacesTriedInTheirOrder()
    {
        Environment.SetEnvironmentVariable("PATHVLM_BASE", _folder.PathOf("nowhere"));
        string message = Assert.Throws<InvalidDataException>(() => Found(_gone)).Message;
        Assert.Contains(
            $"is missing; tried [{_gone.Path}]; beside [{Zip}]; PATHVLM_BASE [{_folder.PathOf("nowhere")}]; "
            + $"the hub cache [{_folder.PathOf("no-cache")}]", message, StringComparison.Ordinal);
    }

    [Fact]
    public void AnotherModelAtTheStoredPathIsToldByItsHash()
    {
        string changed = Copy("gone", "base"), weights = Path.Combine(changed, "model.safetensors");
        byte[] bytes = File.ReadAllBytes(weights);
        bytes[^1] ^= 1;
        File.WriteAllBytes(weights, bytes);
        string message = Assert.Throws<InvalidDataException>(() => Found(_gone)).Message;
        Assert.Contains($"[{changed}] (the path it names): expected SHA-256 {_gone.Sha256}, got ", message, StringComparison.Ordinal);
    }

    private string Copy(params string[] parts)
    {
        string folder = _folder.PathOf(parts);
        Directory.CreateDirectory(Path.GetDirectoryName(folder)!);
        return _folder.CopyOf(TinyCheckpoint.Folder, Path.GetRelativePath(_folder.Path, folder));
    }

    private string Found(BaseReference reference) => BaseFinder.Find(reference, Zip, "stage 1");
}
