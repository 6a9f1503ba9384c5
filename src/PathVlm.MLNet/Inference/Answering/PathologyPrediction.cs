using System.Xml.Linq;
using PathVlm.MLNet.Display;

namespace PathVlm.MLNet.Inference.Answering;

/// <summary>What a model answered, for a PredictionEngine or <c>CreateEnumerable</c>. For research, not for diagnosis.</summary>
[TypeFormatterSource]
public sealed class PathologyPrediction : IHtmlView
{
    /// <summary>The whole completion.</summary>
    public string Response { get; set; } = "";

    /// <summary>The reasoning read from it; empty where there is none.</summary>
    public string Reasoning { get; set; } = "";

    /// <summary>The option read from it, letter and text; empty where none can be read.</summary>
    public string PredictedAnswer { get; set; } = "";

    /// <summary>Tokens of the completion, its end token included.</summary>
    public int ResponseTokenCount { get; set; }

    XElement IHtmlView.ToHtml() => AnswerHtml.Of(PredictedAnswer, Reasoning, ResponseTokenCount);
}
