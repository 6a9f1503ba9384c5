using PathVlm.Modeling.Native;
using PathVlm.Testing;

namespace PathVlm.Modeling.Tests.Native;

#pragma warning disable CA1416 // Linux alone, as the libraries are

/// <summary>The cache of changed libraries: what is in it is never trusted.</summary>
public sealed class NativeCacheTests
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
    private static readonly byte[] Content = [1, 2, 3, 4, 5];

    [Fact]
    public void AFileIsWrittenForItsOwnerAloneAndFoundAgain()
    {
        using TemporaryFolder folder = new();
        string cache = folder.PathOf("cache"), path = NativeCache.Place(cache, "lib.so", Content)!;
        Assert.Equal(Content, File.ReadAllBytes(path));
        Assert.Equal(OwnerOnly, File.GetUnixFileMode(Path.GetDirectoryName(path)!));
        DateTime written = File.GetLastWriteTimeUtc(path);
        Assert.Equal(path, NativeCache.Place(cache, "lib.so", Content));
        Assert.Equal(written, File.GetLastWriteTimeUtc(path));
        Assert.Single(Directory.GetFiles(Path.GetDirectoryName(path)!));
    }

    [Theory]
    [InlineData(new byte[0])]
    [InlineData(new byte[] { 1, 2, 3, 4 })]
    [InlineData(new byte[] { 1, 2, 3, 4, 6 })]
    public void ABrokenFileIsReplaced(byte[] broken)
    {
        using TemporaryFolder folder = new();
        string cache = folder.PathOf("cache"), path = NativeCache.Place(cache, "lib.so", Content)!;
        File.WriteAllBytes(path, broken);
        Assert.Equal(path, NativeCache.Place(cache, "lib.so", Content));
        Assert.Equal(Content, File.ReadAllBytes(path));
    }

    [Fact]
    public void OtherContentHasAnotherFolder()
    {
        using TemporaryFolder folder = new();
        Assert.NotEqual(NativeCache.Place(folder.PathOf("cache"), "lib.so", Content),
            NativeCache.Place(folder.PathOf("cache"), "lib.so", [9]));
    }

    [Fact]
    public void AFolderThatCannotBeMadeGivesNone()
    {
        using TemporaryFolder folder = new();
        File.WriteAllText(folder.PathOf("file"), "");
        Assert.Null(NativeCache.Place(Path.Combine(folder.PathOf("file"), "cache"), "lib.so", Content));
    }

    [Fact]
    public void AFolderThatOthersMayWriteInIsNotUsed()
    {
        using TemporaryFolder folder = new();
        string cache = folder.PathOf("cache");
        Directory.CreateDirectory(cache);
        File.SetUnixFileMode(cache, OwnerOnly | UnixFileMode.OtherWrite);
        Assert.Null(NativeCache.Place(cache, "lib.so", Content));
        Assert.Empty(Directory.GetFileSystemEntries(cache));
    }

    [Fact]
    public void ManyAtOnceEndWithOneWholeFile()
    {
        using TemporaryFolder folder = new();
        byte[] large = [.. Enumerable.Range(0, 100_000).Select(index => (byte)index)];
        string?[] paths = new string?[16];
        Parallel.For(0, paths.Length, index => paths[index] = NativeCache.Place(folder.PathOf("cache"), "lib.so", large));
        string path = Assert.Single(paths.Distinct())!;
        Assert.Equal(large, File.ReadAllBytes(path));
        Assert.Single(Directory.GetFiles(Path.GetDirectoryName(path)!));
    }
}
