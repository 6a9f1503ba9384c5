using PathVlm.Host.Tests.Support;
using PathVlm.Modeling.Native;
using PathVlm.Testing;

namespace PathVlm.Host.Tests.Native;

/// <summary>PATHVLM_LIBTORCH and the cache of changed libraries, each in a process of its own.</summary>
public sealed class ChosenLibTorchTests
{
    private static readonly string Base = Path.Combine(ReferenceSet.Repository, "data", "base");

    [Fact]
    public async Task AnotherLibTorchIsUsedInsteadOfTheProgramsOwn()
    {
        using TemporaryFolder folder = new();
        foreach (string file in Directory.GetFiles(LibTorch.Folder!, "lib*.so*")) File.Copy(file, folder.PathOf(Path.GetFileName(file)));
        Outcome outcome = await Run(folder.Path);
        string said = outcome.Success();
        Assert.StartsWith($"libtorch {LibTorch.Version} in {folder.Path} (PATHVLM_LIBTORCH): symbols and results are as expected", said,
            StringComparison.Ordinal);
        Assert.Contains("checkpoint:", said, StringComparison.Ordinal);
    }

    [Fact]
    public async Task AFolderThatIsNoneIsNamed() =>
        (await Run("/no/such/folder"))
            .IsMistake("PATHVLM_LIBTORCH: expected a folder with libtorch's libraries",
            "got [/no/such/folder], which has no libc10.so, libtorch_cpu.so, libtorch.so");

    [Fact]
    public async Task AFileThatIsNoLibraryIsNamed()
    {
        using TemporaryFolder folder = new();
        foreach (string name in new[] { "libc10.so", "libtorch_cpu.so", "libtorch.so" })
            File.WriteAllText(folder.PathOf(name), "no library");
        (await Run(folder.Path)).IsMistake(folder.PathOf("libtorch_cpu.so") + ": cannot be loaded", "invalid ELF header");
    }

    [Fact]
    public async Task ALibTorchWithoutTheSymbolsIsNamed()
    {
        using TemporaryFolder folder = new();
        // A library that loads and is no libtorch.
        string other = Path.Combine(LibTorch.Folder!, "libSkiaSharp.so");
        foreach (string name in new[] { "libc10.so", "libtorch_cpu.so", "libtorch.so" }) File.Copy(other, folder.PathOf(name));
        (await Run(folder.Path)).IsMistake("is libtorch of an unknown version, TorchSharp was built for 2.10.0", "symbol(s) are missing");
    }

    [Fact]
    public async Task AnUnusableCacheIsDoneWithout() =>
        Assert.Contains("checkpoint:", (await Run(null, ("PATHVLM_NATIVE_CACHE", "/dev/null/cache"))).Success(), StringComparison.Ordinal);

    [Fact]
    public async Task ABrokenCacheIsMendedOnTheWay()
    {
        using TemporaryFolder folder = new();
        string cache = folder.PathOf("cache");
        (await Run(null, ("PATHVLM_NATIVE_CACHE", cache))).Success();
        string[] files = Directory.Exists(cache) ? Directory.GetFiles(cache, "*", SearchOption.AllDirectories) : [];
        foreach (string file in files) File.WriteAllText(file, "broken");
        (await Run(null, ("PATHVLM_NATIVE_CACHE", cache))).Success();
        Assert.All(files, file => Assert.True(new FileInfo(file).Length > 1_000_000, $"{file} is still broken"));
    }

    /// <summary>Opens the embedded base, which takes libtorch, in a process with this choice.</summary>
    private static async Task<Outcome> Run(string? libtorch, params (string Name, string Value)[] environment)
    {
        (string, string)[] all = libtorch is null ? environment : [.. environment, (LibTorch.Variable, libtorch)];
        using System.Diagnostics.Process process = CommandLine.Start(all, "inspect", Base);
        return await CommandLine.FinishAsync(process);
    }
}
