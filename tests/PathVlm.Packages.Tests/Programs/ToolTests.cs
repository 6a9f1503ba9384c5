using System.Text.Json;
using PathVlm.Packages.Tests.Support;

namespace PathVlm.Packages.Tests.Programs;

/// <summary>The program as a .NET tool, installed from the feed.</summary>
[Collection(PackageFeedTests.Name)]
public sealed class ToolTests(PackageFeed feed)
{
    [Fact]
    public void TheToolIsInstalledAndAnswersWithTheModelInside()
    {
        string folder = Directory.CreateDirectory(Path.Combine(feed.Work, "tool")).FullName, place = Path.Combine(folder, "bin");
        Command.Succeed(folder, feed.Variables, Command.DotNet, "tool", "install", "pathvlm", "--tool-path", place,
            "--version", PackageFeed.Version);
        string tool = Path.Combine(place, "pathvlm");
        Command.Succeed(folder, feed.Variables, tool, "synthesize", "--output", "data", "--set", "Set:SftCount=1", "--set", "Set:RlCount=1",
            "--set", "Set:TestCount=1", "--set", "Set:OutOfDomainCount=0");
        string tile = Directory.GetFiles(Path.Combine(folder, "data", "images")).Order(StringComparer.Ordinal).First();
        string answered = Command.Succeed(folder, feed.Variables, tool, "predict", "--image", tile, "--question", "Which finding is shown?",
            "--option", "keratin pearl", "--option", "psammoma body", "--json");
        using JsonDocument answer = JsonDocument.Parse(answered);
        Assert.NotEqual("", answer.RootElement.GetProperty("response").GetString());
    }
}
