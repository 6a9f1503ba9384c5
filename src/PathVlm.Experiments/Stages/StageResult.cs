using System.Text.Json;
using System.Text.Json.Nodes;
using PathVlm.Experiments.Reviews;
using PathVlm.MLNet.Evaluation;

namespace PathVlm.Experiments.Stages;

/// <summary>A model on the test rows.</summary>
/// <param name="Name">The model.</param>
/// <param name="Evaluation">Its answers, scored.</param>
/// <param name="Reviews">The reviews of its reasoning; null where the judge was not asked.</param>
public sealed record StageResult(string Name, EvaluationResult Evaluation, AnswerReviews? Reviews = null)
{
    /// <summary>
    /// The evaluation as JSON with <c>processReward</c> (mean, reviewed, missing; null where the judge was not asked) before its rows.
    /// </summary>
    public string ToJson()
    {
        JsonObject json = JsonSerializer.SerializeToNode(Evaluation, EvaluationJson.Options)!.AsObject();
        json.Insert(0, "processReward", Reviews is null ? null : JsonSerializer.SerializeToNode(
            new { Reviews.Mean, Reviewed = Evaluation.Rows.Count - Reviews.Missing, Reviews.Missing }, EvaluationJson.Options));
        return json.ToJsonString(EvaluationJson.Options);
    }
}
