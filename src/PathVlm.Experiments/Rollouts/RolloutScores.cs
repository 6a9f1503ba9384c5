using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using PathVlm.Modeling.Files;

namespace PathVlm.Experiments.Rollouts;

/// <summary>
/// Scores of reviewed rollouts as a file, one JSON line per rollout: step, generation, id, sample, reward, completeness, soundness (null
/// where missing), missing (the cause), blank, findings (item, quote, dropped: why, null where it counts).
/// </summary>
internal static class RolloutScores
{
    private static readonly JsonWriterOptions Json = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Writes the file.</summary>
    internal static void Write(string path, IReadOnlyList<ReviewedRollout> rollouts) => AtomicFile.Write(path, unfinished =>
    {
        using FileStream file = PrivateFile.Open(unfinished);
        foreach (ReviewedRollout rollout in rollouts)
        {
            using (Utf8JsonWriter json = new(file, Json)) Write(json, rollout);
            file.Write(Encoding.UTF8.GetBytes("\n"));
        }
    });

    private static void Write(Utf8JsonWriter json, ReviewedRollout rollout)
    {
        json.WriteStartObject();
        json.WriteNumber("step", rollout.Line.Step);
        json.WriteNumber("generation", rollout.Line.Generation);
        json.WriteString("id", rollout.Line.Question.Id);
        json.WriteNumber("sample", rollout.Line.Sample);
        WriteScore("reward", rollout.Review.Reward);
        WriteScore("completeness", rollout.Review.Completeness);
        WriteScore("soundness", rollout.Review.Soundness);
        if (rollout.Review.Missing is { } cause) json.WriteString("missing", JsonNamingPolicy.SnakeCaseLower.ConvertName(cause.ToString()));
        else json.WriteNull("missing");
        json.WriteBoolean("blank", rollout.Review.Blank);
        json.WritePropertyName("findings");
        json.WriteRawValue(rollout.Review.Findings.Length > 0 ? rollout.Review.Findings : "[]");
        json.WriteEndObject();

        void WriteScore(string name, float score)
        {
            if (float.IsNaN(score)) json.WriteNull(name);
            else json.WriteNumber(name, score);
        }
    }
}
