using System.Text.Json.Nodes;
using PathVlm.Modeling.Checkpoints;
using PathVlm.Modeling.Configuration;
using PathVlm.Testing;

namespace PathVlm.Modeling.Tests.Checkpoints;

public sealed class CheckpointTableTests
{
    public static TheoryData<string, string, long, long, long> Published()
    {
        TheoryData<string, string, long, long, long> data = [];
        JsonNode shapes = JsonNode.Parse(File.ReadAllText(ReferenceSet.OwnPathOf("published-shapes.json")))!;
        foreach (JsonNode? model in shapes["models"]!.AsArray())
        {
            JsonNode counts = model!["parameters"]!;
            data.Add((string)model["name"]!, model["config"]!.ToJsonString(), (long)counts["total"]!, (long)counts["vision"]!,
                (long)counts["embeddings"]!);
        }

        return data;
    }

    [Theory]
    [MemberData(nameof(Published))]
    public void CountsOfPublishedModelsFollowFromTheirSettingsAlone(string name, string config, long total, long vision, long embeddings) =>
        Assert.Equal(new ParameterCounts(total, vision, embeddings), CheckpointTable.Count(ModelConfiguration.Parse(config, name)));
}
