using System.Text.Encodings.Web;
using System.Text.Json;

namespace PathVlm.MLNet.Judging.Scoring;

/// <summary>Findings as the one-line JSON of the column <c>JudgeFindings</c>: item, quote, why it was dropped (null: it counts).</summary>
internal static class FindingsText
{
    private static readonly JsonSerializerOptions Json = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    internal static string Of(IReadOnlyList<FindingVerdict> verdicts) => JsonSerializer.Serialize(verdicts, Json);
}
