using System.Xml.Linq;
using PathVlm.Experiments.Plans;
using PathVlm.Experiments.Stages;
using PathVlm.MLNet.Display;
using PathVlm.MLNet.Evaluation;
using PathVlm.MLNet.Training.Loop;

namespace PathVlm.Experiments.Reporting;

/// <summary>A training run as one HTML page that needs no other file (<see cref="HtmlPage"/>): tables, then each stage.</summary>
internal static class TrainingHtml
{
    /// <summary>Writes the page.</summary>
    /// <param name="plan">What was trained.</param>
    /// <param name="models">The models on the test rows; a cancelled run has the base alone.</param>
    /// <param name="stages">How the training of each stage ended.</param>
    internal static string Of(
        TrainingPlan plan, IReadOnlyList<StageResult> models, IReadOnlyList<(string Title, TrainingResult Result)> stages) =>
        HtmlPage.Of("pathvlm train",
        [
            Html.Text("h1", "Training"),
            new XElement("p", new XAttribute("class", "notice"), ResearchNotice.Text),
            Html.Note(FormattableString.Invariant($"base {plan.BaseModel}; seed {plan.Seed}; stages to {plan.LastStage}")),
            ((IHtmlView)StageTables.Accuracy(models, showsReasoning: true)).ToHtml(),
            models.Count > 1 ? ((IHtmlView)StageTables.Differences(models)).ToHtml() : null,
            .. stages.SelectMany(stage => new[] { Html.Text("h2", stage.Title), stage.Result.ToReport() }),
            new XElement("p", new XAttribute("class", "notice"), ResearchNotice.Text),
        ]);
}
