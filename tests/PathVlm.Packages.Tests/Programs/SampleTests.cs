using PathVlm.Packages.Tests.Support;
using PathVlm.Testing;

namespace PathVlm.Packages.Tests.Programs;

/// <summary>
/// The single-file programs of <c>samples</c>, run as their first lines say. Each ends with what has to hold, as <c>…: True</c>.
/// </summary>
[Collection(PackageFeedTests.Name)] // one heavy program at a time
public sealed class SampleTests(PackageFeed feed)
{
    public static TheoryData<string> Names { get; } = [.. Directory.EnumerateFiles(Folder, "*.cs").Select(path => Path.GetFileName(path)!)
        .Order(StringComparer.Ordinal)];

    private static string Folder => Path.Combine(ReferenceSet.Repository, "samples");

    [Theory]
    [MemberData(nameof(Names))]
    public void ASampleRunsAndWhatItClaimsHolds(string name)
    {
        string folder = Directory.CreateDirectory(Path.Combine(feed.Work, "samples", name)).FullName;
        string output = Command.Succeed(folder, new Dictionary<string, string>(), Command.DotNet,
            "run", "-c", PackageFeed.Configuration, Path.Combine(Folder, name));
        string[] claims = [.. output.Split('\n').Where(line => line.EndsWith(": True", StringComparison.Ordinal)
            || line.EndsWith(": False", StringComparison.Ordinal))];
        Assert.NotEmpty(claims);
        Assert.All(claims, claim => Assert.EndsWith(": True", claim, StringComparison.Ordinal));
    }
}
