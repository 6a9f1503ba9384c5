using System.IO.Compression;
using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;
using System.Text;
using System.Xml.Linq;
using PathVlm.Packages.Tests.Support;
using PathVlm.Testing;

namespace PathVlm.Packages.Tests.Packages;

/// <summary>What lies in the packages, and what they say of themselves.</summary>
[Collection(PackageFeedTests.Name)]
public sealed class PackageContentTests(PackageFeed feed)
{
    public static TheoryData<string> Libraries => [.. PackageFeed.Libraries];

    [Fact]
    public void EveryLibraryAndTheToolArePackedAndNothingElse()
    {
        string[] expected = [.. PackageFeed.Libraries.SelectMany(id => new[] { $"{id}.{PackageFeed.Version}.nupkg",
            $"{id}.{PackageFeed.Version}.snupkg" }), $"pathvlm.{PackageFeed.Version}.nupkg",
            $"pathvlm.linux-x64.{PackageFeed.Version}.nupkg"];
        Assert.Equal(expected.Order(StringComparer.Ordinal),
            Directory.GetFiles(feed.Source).Select(path => Path.GetFileName(path)!).Order(StringComparer.Ordinal));
    }

    [Theory]
    [MemberData(nameof(Libraries))]
    public void APackageSaysWhatItIs(string id)
    {
        using ZipArchive package = feed.Open(id);
        XElement about = About(package, id);
        Assert.InRange(Text(about, "description").Length, 80, 400);
        Assert.Equal("MIT", Text(about, "license"));
        Assert.Equal("README.md", Text(about, "readme"));
        Assert.Equal("icon.png", Text(about, "icon"));
        Assert.Contains("ML.NET", Text(about, "tags"), StringComparison.Ordinal);
        Assert.Contains("not for diagnosis", Content(package, "README.md"), StringComparison.Ordinal);
        Assert.NotNull(package.GetEntry("icon.png"));
        Assert.NotNull(package.GetEntry($"lib/net10.0/{id}.xml"));
        using ZipArchive symbols = feed.Open(id, "snupkg");
        Assert.NotNull(symbols.GetEntry($"lib/net10.0/{id}.pdb"));
    }

    [Theory]
    [MemberData(nameof(Libraries))]
    public void EveryPackageThatPicturesReachKeepsSkiaSharpBelow3(string id)
    {
        using ZipArchive package = feed.Open(id);
        XElement[] pictures = [.. About(package, id).Descendants().Where(element => element.Name.LocalName == "dependency"
            && element.Attribute("id")!.Value.StartsWith("SkiaSharp", StringComparison.Ordinal))];
        Assert.All(pictures, dependency => Assert.Equal("[2.88.9, 3.0.0)", dependency.Attribute("version")!.Value));
        if (id is "PathVlm.Modeling" or "PathVlm.MLNet") Assert.NotEmpty(pictures);
    }

#if RELEASE
    [Theory]
    [MemberData(nameof(Libraries))]
    public void AReleaseIsDeterministicAndNamesNoFolderOfTheMachineItWasBuiltOn(string id)
    {
        using ZipArchive package = feed.Open(id), symbols = feed.Open(id, "snupkg");
        byte[] library = Bytes(package, $"lib/net10.0/{id}.dll");
        using PEReader reader = new(new MemoryStream(library));
        Assert.Contains(reader.ReadDebugDirectory(), entry => entry.Type == DebugDirectoryEntryType.Reproducible);
        Assert.DoesNotContain(ReferenceSet.Repository, Encoding.Latin1.GetString(library), StringComparison.Ordinal);
        using MetadataReaderProvider provider = MetadataReaderProvider.FromPortablePdbStream(
            new MemoryStream(Bytes(symbols, $"lib/net10.0/{id}.pdb")));
        MetadataReader sources = provider.GetMetadataReader();
        Assert.All(sources.Documents.Select(handle => sources.GetString(sources.GetDocument(handle).Name)),
            name => Assert.StartsWith("/_/", name, StringComparison.Ordinal));
    }
#endif

    [Fact]
    public void TheToolHoldsTheBaseOnceAndNoLibraryThatIsNeverLoaded()
    {
        using ZipArchive package = feed.Open("pathvlm.linux-x64");
        string[] names = [.. package.Entries.Select(entry => entry.FullName)];
        Assert.Single(names, name => name.EndsWith("model.safetensors", StringComparison.Ordinal));
        string[] natives = [.. names.Where(name => name.Contains(".so", StringComparison.Ordinal)).Select(name => Path.GetFileName(name))];
        Assert.Equal(
            ["libLdaNative.so", "libLibTorchSharp.so", "libSkiaSharp.so", "libc10.so", "libgomp-98b21ff3.so.1", "libtorch.so",
                "libtorch_cpu.so"],
            natives.Where(name => !name.Contains("CpuMath", StringComparison.Ordinal)).Order(StringComparer.Ordinal));
        Assert.DoesNotContain(names, name => name.EndsWith(".dylib", StringComparison.Ordinal)
            || name.EndsWith(".xml", StringComparison.Ordinal) && name.Contains("PathVlm", StringComparison.Ordinal));
        Assert.InRange(package.Entries.Sum(entry => entry.CompressedLength), 1, 180L << 20); // nuget.org takes 250 MB
    }

    [Fact]
    public void TheToolSaysWhatItIs()
    {
        using ZipArchive package = feed.Open("pathvlm");
        XElement about = About(package, "pathvlm");
        Assert.Contains("not for diagnosis", Text(about, "description"), StringComparison.Ordinal);
        Assert.Equal("MIT", Text(about, "license"));
        Assert.Contains(about.Descendants(), element => element.Name.LocalName == "packageType"
            && element.Attribute("name")!.Value == "DotnetTool");
    }

    private static XElement About(ZipArchive package, string id) => XDocument.Parse(Content(package, $"{id}.nuspec")).Root!;

    private static string Text(XElement about, string name) =>
        about.Descendants().Single(element => element.Name.LocalName == name).Value;

    private static string Content(ZipArchive package, string name) => Encoding.UTF8.GetString(Bytes(package, name)).TrimStart('\uFEFF');

    private static byte[] Bytes(ZipArchive package, string name)
    {
        using Stream content = package.GetEntry(name)!.Open();
        using MemoryStream bytes = new();
        content.CopyTo(bytes);
        return bytes.ToArray();
    }
}
