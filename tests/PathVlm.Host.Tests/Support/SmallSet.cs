using PathVlm.Synthesis;
using PathVlm.Testing;

namespace PathVlm.Host.Tests.Support;

/// <summary>A synthetic set of a few rows, written for a test that may damage it.</summary>
internal sealed class SmallSet : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public SmallSet() =>
        Summary = SyntheticPathologySet.Write(
            _folder.Path, new SyntheticSetOptions { SftCount = 3, RlCount = 2, TestCount = 4, OutOfDomainCount = 0, TileSize = 56 });

    public string Folder => _folder.Path;

    public SyntheticSetSummary Summary { get; }

    /// <summary>Its pictures, in the order of their names.</summary>
    public string[] Pictures =>
        [.. Directory.EnumerateFiles(_folder.PathOf("images"), "*.png", SearchOption.AllDirectories).Order(StringComparer.Ordinal)];

    public void Dispose() => _folder.Dispose();
}
