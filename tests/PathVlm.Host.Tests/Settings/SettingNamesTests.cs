using Microsoft.Extensions.Configuration;
using PathVlm.Experiments.Plans;
using PathVlm.Host.Settings;
using PathVlm.MLNet.Training.Grpo.Options;

namespace PathVlm.Host.Tests.Settings;

public sealed class SettingNamesTests
{
    [Fact]
    public void AListThatIsGivenReplacesThePresets()
    {
        GrpoOptions options = Bound(new Dictionary<string, string?>
        {
            ["Process:RewardWeights:0"] = "1", ["Process:RewardWeights:1"] = "0.5", ["Process:RewardWeights:2"] = "4",
        });
        Assert.Equal([1, 0.5, 4], options.RewardWeights!);
    }

    [Fact]
    public void AListThatIsNotGivenStaysThePresets() => Assert.Equal([2, 2, 4], Bound([]).RewardWeights!);

    private static GrpoOptions Bound(Dictionary<string, string?> settings)
    {
        GrpoOptions options = Recipe.Create(Preset.Embedded).Process;
        new ConfigurationBuilder().AddInMemoryCollection(settings).Build().BindTo("Process", options);
        return options;
    }
}
