using Microsoft.Extensions.Configuration;
using PathVlm.Host.Runs;
using PathVlm.MLNet.Training.Grpo.Options;

namespace PathVlm.Host.Tests;

public sealed class SettingNamesTests
{
    [Fact]
    public void AListThatIsGivenReplacesThePresets()
    {
        IConfiguration configuration = new ConfigurationBuilder().AddInMemoryCollection(
            new Dictionary<string, string?> { ["Process:RewardWeights:0"] = "1", ["Process:RewardWeights:1"] = "0.5", ["Process:RewardWeights:2"] = "4" }).Build();
        GrpoOptions options = Presets.Process(Presets.Embedded, configuration);
        Assert.Equal([1, 0.5, 4], options.RewardWeights!);
    }

    [Fact]
    public void AListThatIsNotGivenStaysThePresets() =>
        Assert.Equal([2, 2, 4], Presets.Process(Presets.Embedded, new ConfigurationBuilder().Build()).RewardWeights!);
}
