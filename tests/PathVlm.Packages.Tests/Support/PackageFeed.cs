using System.IO.Compression;
using PathVlm.Testing;

namespace PathVlm.Packages.Tests.Support;

/// <summary>
/// All packages of the repository, packed once by <c>build/pack.sh</c> for all tests of this project into a folder outside the repository,
/// and the environment in which a user's programs restore from it: a packages folder of its own, with the machine's behind it, so that
/// libtorch is neither downloaded nor unpacked again.
/// </summary>
public sealed class PackageFeed : IDisposable
{
#if RELEASE
    internal const string Configuration = "Release";
#else
    internal const string Configuration = "Debug";
#endif
    private readonly TemporaryFolder _folder = new();

    /// <summary>Packs.</summary>
    public PackageFeed()
    {
        Directory.CreateDirectory(Work);
        LinkMachinePackages();
        Command.Succeed(ReferenceSet.Repository, new Dictionary<string, string>(), "bash", "build/pack.sh", Source, "-c", Configuration,
            "--no-restore", "-p:CreateHardLinksForCopyLocalIfPossible=true", "-p:CreateHardLinksForPublishFilesIfPossible=true");
        File.WriteAllText(Path.Combine(Work, "NuGet.config"),
            $"""
            <configuration>
              <packageSources><add key="pathvlm" value="{Source}" /></packageSources>
              <fallbackPackageFolders><add key="machine" value="{Machine}" /></fallbackPackageFolders>
            </configuration>
            """);
    }

    /// <summary>The folder that NuGet takes as a source.</summary>
    public string Source => _folder.PathOf("feed");

    /// <summary>A folder outside the repository whose projects restore from <see cref="Source"/>.</summary>
    public string Work => _folder.PathOf("work");

    /// <summary>The environment of programs in <see cref="Work"/>.</summary>
    public IReadOnlyDictionary<string, string> Variables => new Dictionary<string, string>
    {
        ["NUGET_PACKAGES"] = _folder.PathOf("packages"),
        ["CreateHardLinksForCopyLocalIfPossible"] = "true",
        ["CreateHardLinksForPublishFilesIfPossible"] = "true",
    };

    /// <summary>The environment of a notebook, whose restore reads no NuGet.config of its folder.</summary>
    public IReadOnlyDictionary<string, string> NotebookVariables => new Dictionary<string, string>(Variables)
    {
        ["RestoreAdditionalProjectSources"] = Source,
        ["RestoreFallbackFolders"] = Machine,
    };

    /// <summary>Names of the libraries and of the tool, without version: from the folders of src.</summary>
    public static IReadOnlyList<string> Libraries { get; } =
        [.. Directory.EnumerateDirectories(Path.Combine(ReferenceSet.Repository, "src")).Select(folder => Path.GetFileName(folder)!)
            .Where(name => name != "PathVlm.Host").Order(StringComparer.Ordinal)];

    /// <summary>Opens a package.</summary>
    /// <param name="id">Its name.</param>
    /// <param name="extension">nupkg, or snupkg for symbols.</param>
    public ZipArchive Open(string id, string extension = "nupkg") =>
        ZipFile.OpenRead(Path.Combine(Source, $"{id}.{Version}.{extension}"));

    /// <summary>The version of all packages: that of Directory.Build.props.</summary>
    public static string Version { get; } = File.ReadAllText(Path.Combine(ReferenceSet.Repository, "Directory.Build.props"))
        .Split("<Version>")[1].Split("</Version>")[0];

    /// <inheritdoc/>
    public void Dispose() => _folder.Dispose();

    private string Machine => _folder.PathOf("machine");

    // All but our own: packages that someone installed on this machine may be of another day.
    private void LinkMachinePackages()
    {
        Directory.CreateDirectory(Machine);
        foreach (string package in Directory.EnumerateDirectories(MachinePackages))
            if (!Path.GetFileName(package).StartsWith("pathvlm", StringComparison.OrdinalIgnoreCase))
                Directory.CreateSymbolicLink(Path.Combine(Machine, Path.GetFileName(package)), package);
    }

    private static string MachinePackages => Environment.GetEnvironmentVariable("NUGET_PACKAGES") is { Length: > 0 } given ? given
        : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".nuget", "packages");
}

/// <summary>The tests that share one <see cref="PackageFeed"/>.</summary>
[CollectionDefinition(Name)]
public sealed class PackageFeedTests : ICollectionFixture<PackageFeed>
{
    /// <summary>The collection's name.</summary>
    public const string Name = "packages";
}
