using PathVlm.Modeling.Configuration;
using PathVlm.Testing;

namespace PathVlm.Modeling.Tests.Configuration;

public sealed class ModelConfigurationTests
{
    [Theory]
    [MemberData(nameof(ReferenceSet.CheckpointNames), MemberType = typeof(ReferenceSet))]
    public void EveryCheckpointOfTheReferenceSetHasReadableSettings(string checkpoint)
    {
        ModelConfiguration configuration = ModelConfiguration.Load(ReferenceSet.PathOf(checkpoint));
        Assert.Equal(configuration.Text.HiddenSize, configuration.Vision.OutputSize);
    }
}
