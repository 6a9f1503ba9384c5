using System.Text.Json;
using System.Text.Json.Nodes;
using PathVlm.MLNet.Evaluation;

namespace PathVlm.Host.Runs;

/// <summary>A model on the test rows.</summary>
/// <param name="Name">The model.</param>
/// <param name="Evaluation">Its answers, judged.</param>
/// <param name="Reviews">What the judge made of its reasoning; null where it was not asked.</param>
internal sealed record StageResult(string Name, EvaluationResult Evaluation, AnswerReviews? Reviews = null)
{
    /// <summary>The evaluation as JSON with <c>processReward</c> (mean, reviewed, missing; null where the judge was not asked) before its rows.</summary>
    internal string ToJson()
    {
        JsonObject json = JsonSerializer.SerializeToNode(Evaluation, EvaluationJson.Options)!.AsObject();
        json.Insert(0, "processReward", Reviews is null ? null : JsonSerializer.SerializeToNode(
            new { Reviews.Mean, Reviewed = Evaluation.Rows.Count - Reviews.Missing, Reviews.Missing }, EvaluationJson.Options));
        return json.ToJsonString(EvaluationJson.Options);
    }
}
