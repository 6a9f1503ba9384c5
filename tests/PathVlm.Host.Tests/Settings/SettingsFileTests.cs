using PathVlm.Host.Faults;
using PathVlm.Host.Settings;
using PathVlm.Testing;

namespace PathVlm.Host.Tests.Settings;

/// <summary>Names in pathvlm.json.</summary>
public sealed class SettingsFileTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("{\n  \"Stf\": {}\n}", "pathvlm.json, line 2: expected the section Sft, ", "(did you mean [Sft]?)")]
    [InlineData("{\n  \"Sft\": {\n    \"Epoch\": 1\n  }\n}", "pathvlm.json, line 3: setting [Sft:Epoch] does not exist",
        "(did you mean [Epochs]?)")]
    [InlineData("{\n\n  \"Grpo:GroupSiz\": 4\n}", "pathvlm.json, line 3: setting [Grpo:GroupSiz] does not exist",
        "(did you mean [GroupSize]?)")]
    [InlineData("[]", "pathvlm.json, line 1: expected an object of sections", "")]
    [InlineData("{\n \"Sft\": {\n", "pathvlm.json, line 3: expected JSON", "")]
    public void AFaultIsToldWithItsLineAndTheNearestName(string text, string said, string hint)
    {
        string path = _folder.PathOf("pathvlm.json");
        File.WriteAllText(path, text);
        string message = Assert.Throws<UserMistakeException>(() => SettingsFile.Check(path)).Message;
        Assert.StartsWith(said, message, StringComparison.Ordinal);
        Assert.Contains(hint, message, StringComparison.Ordinal);
    }

    [Fact]
    public void KnownNamesInAnyCaseAndNestedOnesAreAccepted()
    {
        string path = _folder.PathOf("pathvlm.json");
        File.WriteAllText(path,
            """{ "sft": { "epochs": 1, "PromptTemplate": { "System": "Reason." } }, "Process": { "RewardWeights": [1, 2, 3] } }""");
        SettingsFile.Check(path);
    }
}
