using System.Xml.Linq;
using PathVlm.MLNet.Data.Rows;
using PathVlm.MLNet.Display;

namespace PathVlm.MLNet.Data.Previews;

/// <summary>A row as a preview shows it.</summary>
/// <param name="Question">Its question.</param>
/// <param name="Picture">Its picture as a PNG file; null where the view has none.</param>
/// <param name="PredictedAnswer">The option that a model chose; null where no model has answered.</param>
/// <param name="Reasoning">The model's reasoning; null where no model has answered.</param>
/// <param name="Rollouts">Sampled completions; empty where there are none.</param>
/// <param name="Scores">Columns with a number for each rollout: rewards, advantage.</param>
[TypeFormatterSource]
public sealed record PreviewedRow(
    PathologyQuestion Question, byte[]? Picture, string? PredictedAnswer, string? Reasoning,
    IReadOnlyList<string> Rollouts, IReadOnlyDictionary<string, IReadOnlyList<float>> Scores) : IHtmlView
{
    XElement IHtmlView.ToHtml()
    {
        string[] facts = [Question.Id, Question.Subset, Question.Stage ?? ""];
        return QuestionHtml.Of(
            Question.Question, Question.Options, Question.Answer, Picture is null ? null : QuestionHtml.PictureOf(Picture),
            string.Join(" · ", facts.Where(fact => fact.Length > 0)),
            PredictedAnswer is null ? null : Html.Text("div", Verdict(), $"font-weight:600;color:{Colour}"),
            string.IsNullOrEmpty(Reasoning) ? null : Html.Quote(Reasoning),
            Rollouts.Count == 0 ? null : Html.Table(
                ["rollout", .. Scores.Keys], Rollouts.Select((text, index) => (string[])[text, .. Scores.Values.Select(values =>
                    index < values.Count ? values[index].ToString("0.00", System.Globalization.CultureInfo.InvariantCulture) : "-")])));
    }

    private bool IsRight => Question.Answer.Length > 0 && PredictedAnswer == Question.Answer;

    private string Colour => Question.Answer.Length == 0 ? "#1a202c" : IsRight ? "#276749" : "#c53030";

    private string Verdict() => PredictedAnswer!.Length == 0 ? "no answer could be read"
        : $"answered {PredictedAnswer}{(Question.Answer.Length == 0 ? "" : IsRight ? " (right)" : " (wrong)")}";
}
