using System.Xml.Linq;
using PathVlm.MLNet.Display;

namespace PathVlm.MLNet.Inference.Policies;

/// <summary>What a model answered to one row.</summary>
/// <param name="Response">The completion, without its end token.</param>
/// <param name="Reasoning">The reasoning read from it; empty where there is none.</param>
/// <param name="PredictedAnswer">The option read from it, letter and text; empty where none can be read.</param>
/// <param name="ResponseTokenCount">Tokens of the completion, its end token included.</param>
/// <param name="IsTruncated">Whether the completion was stopped by its length.</param>
[TypeFormatterSource]
public sealed record PathologyAnswer(string Response, string Reasoning, string PredictedAnswer, int ResponseTokenCount, bool IsTruncated)
    : IHtmlView
{
    XElement IHtmlView.ToHtml() => AnswerHtml.Of(PredictedAnswer, Reasoning, ResponseTokenCount, IsTruncated);
}
