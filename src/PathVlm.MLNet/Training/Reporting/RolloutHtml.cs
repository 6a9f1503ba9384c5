using System.Globalization;
using System.Xml.Linq;
using PathVlm.MLNet.Display;

namespace PathVlm.MLNet.Training.Reporting;

/// <summary>Sampled completions with the pictures that they are about.</summary>
internal static class RolloutHtml
{
    /// <summary>The completions of a moment of the run.</summary>
    /// <param name="sampled">The completions.</param>
    /// <param name="moment">Which moment: begin, middle or end.</param>
    public static XElement Of(SampledRollouts sampled, string moment) => new("section",
        Html.Text("h3", string.Create(CultureInfo.InvariantCulture, $"Rollouts at the {moment}: after {sampled.Step:N0} steps")),
        sampled.Rollouts.Select(Of));

    private static XElement Of(SampledRollout rollout)
    {
        XElement[] below = [Html.Quote(rollout.Text ?? "(not decoded)"), Html.Note(Scores(rollout))];
        return rollout.Question is { } row
            ? QuestionHtml.Of(
                row.Question, row.Options, row.Answer, rollout.Picture is null ? null : QuestionHtml.PictureOf(rollout.Picture),
                $"row {rollout.Id}", below)
            : Html.Block([Html.Note($"row {rollout.Id}"), .. below]);
    }

    private static string Scores(SampledRollout rollout) => string.Join("; ",
    [
        .. rollout.Scores.Select(score => $"{score.Name} {Number(score.Score)}"),
        $"reward {Number(rollout.Reward)}",
        $"advantage {Number(rollout.Advantage)}",
        string.Create(CultureInfo.InvariantCulture, $"{rollout.Tokens:N0} tokens{(rollout.IsTruncated ? ", cut at the limit" : "")}"),
    ]);

    private static string Number(double value) => double.IsNaN(value) ? "none" : value.ToString("0.###", CultureInfo.InvariantCulture);
}
