using System.Text.Json;
using System.Text.Json.Nodes;
using PathVlm.Testing;

namespace PathVlm.Host.Tests.Support;

/// <summary>Rollout files as GRPO training writes them.</summary>
internal static class RolloutFiles
{
    public const string Sound =
        "The cells hold a single clear vacuole that pushes the nucleus to the rim. A nucleus pushed aside by mucin is the hallmark of "
        + "signet-ring cells. There are no concentric layers of keratin, so keratin pearls are excluded.";

    public const string Idle = "It is absolutely obvious and beyond any doubt what the right choice must be in this case.";

    /// <summary>A line that can be reviewed by itself.</summary>
    public static JsonObject Line(string id, int sample, string reasoning, long step = 0) => new()
    {
        ["step"] = step,
        ["generation"] = step,
        ["id"] = id,
        ["sample"] = sample,
        ["image"] = Reference.Picture,
        ["question"] = "Which feature is most prominent in this section?",
        ["options"] = new JsonArray("A) Keratin pearls", "B) Signet-ring cells", "C) Psammoma bodies"),
        ["answer"] = "B) Signet-ring cells",
        ["text"] = Completion(reasoning),
        ["tokens"] = new JsonArray(1, 2, 3),
    };

    public static string Completion(string reasoning) => $"<think>{reasoning}</think>\n<answer>B) Signet-ring cells</answer>";

    public static string Write(TemporaryFolder folder, params JsonObject[] lines)
    {
        string path = folder.PathOf("rollouts.jsonl");
        File.WriteAllLines(path, lines.Select(line => line.ToJsonString()));
        return path;
    }

    public static JsonElement[] Read(string path) => [.. File.ReadAllLines(path).Select(line => JsonDocument.Parse(line).RootElement)];
}
