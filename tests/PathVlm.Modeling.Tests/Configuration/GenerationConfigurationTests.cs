using PathVlm.Modeling.Configuration;
using PathVlm.Testing;

namespace PathVlm.Modeling.Tests.Configuration;

public sealed class GenerationConfigurationTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [MemberData(nameof(ReferenceSet.CheckpointNames), MemberType = typeof(ReferenceSet))]
    public void EveryCheckpointOfTheReferenceSetNamesItsEndTokens(string checkpoint)
    {
        GenerationConfiguration configuration = GenerationConfiguration.Load(ReferenceSet.PathOf(checkpoint));
        Assert.Equal(2, configuration.EosTokenIds.Count);
        Assert.Equal((1.05, 1e-6, true), (configuration.RepetitionPenalty, configuration.Temperature, configuration.Sample));
    }

    [Fact]
    public void SettingsThatAreAbsentHaveTheReferencesDefaults()
    {
        File.WriteAllText(_folder.PathOf("generation_config.json"), """{"eos_token_id":7}""");
        GenerationConfiguration configuration = GenerationConfiguration.Load(_folder.Path);
        Assert.Equal([7], configuration.EosTokenIds);
        Assert.Equal((null, false, 1.0, 1.0), (configuration.PadTokenId, configuration.Sample, configuration.RepetitionPenalty, configuration.Temperature));
        Assert.Equal((50, 1.0, 0.0), (configuration.TopK, configuration.TopP, configuration.MinP));
    }

    [Theory]
    [InlineData("""{"eos_token_id":9}""")]
    [InlineData("""{"text_config":{"eos_token_id":9}}""")]
    public void WithoutTheFileTheEndTokenIsThatOfTheModel(string config)
    {
        File.WriteAllText(_folder.PathOf("config.json"), config);
        Assert.Equal([9], GenerationConfiguration.Load(_folder.Path).EosTokenIds);
    }

    [Fact]
    public void SettingsOutOfRangeAreToldAtOnce()
    {
        File.WriteAllText(_folder.PathOf("generation_config.json"), """{"eos_token_id":[7],"temperature":0,"top_p":1.5,"repetition_penalty":"x"}""");
        Assert.Equal($"{_folder.PathOf("generation_config.json")}: repetition_penalty: expected a number above 0, at most 1000000, got \"x\"; "
            + "temperature: expected a number above 0, at most 1000000, got 0; top_p: expected a number above 0, at most 1, got 1.5.",
            Assert.Throws<InvalidDataException>(() => GenerationConfiguration.Load(_folder.Path)).Message);
    }

    [Fact]
    public void AFolderThatNamesNoEndTokenIsRefused()
    {
        File.WriteAllText(_folder.PathOf("config.json"), "{}");
        Assert.Equal($"{_folder.PathOf("config.json")}: eos_token_id: expected a token id or a list of them, here or in generation_config.json, got nothing.",
            Assert.Throws<InvalidDataException>(() => GenerationConfiguration.Load(_folder.Path)).Message);
    }
}
