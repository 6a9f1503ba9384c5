using System.Globalization;
using System.Xml.Linq;
using PathVlm.MLNet.Display;
using PathVlm.MLNet.Judging.Protocol;

namespace PathVlm.MLNet.Judging.Scoring;

/// <summary>One finished review: points, or why there are none.</summary>
/// <param name="Score">The points; null where missing.</param>
/// <param name="Missing">Why they are missing.</param>
/// <param name="Blank">Whether the reasoning was blank: 0 with no call.</param>
/// <param name="Cached">Whether it was answered from memory or from the record.</param>
/// <param name="Findings">The findings as one JSON line of kept and dropped items; empty where missing.</param>
[TypeFormatterSource]
public sealed record ProcessReview(ReviewScore? Score, MissingCause? Missing, bool Blank, bool Cached, string Findings) : IHtmlView
{
    /// <summary>The key under which a record holds it, 64 hexadecimal digits; empty for a blank reasoning, which no record holds.</summary>
    public string Key { get; init; } = "";

    /// <summary>Why it is missing, in one line, such as the server's status and sentence; null where there is nothing to tell.</summary>
    public string? Detail { get; init; }

    /// <summary>The process reward; NaN where missing, never 0 for a failure.</summary>
    public float Reward => Score?.Reward ?? float.NaN;

    /// <summary>Completeness, 0 to 1; NaN where missing.</summary>
    public float Completeness => Score is { } score ? score.Completeness / 10f : float.NaN;

    /// <summary>Whether it is missing for a cause that may have passed the next time it is asked.</summary>
    internal bool MayPass => Missing is { } cause && !cause.IsFinal();

    /// <summary>Soundness, 0 to 1; NaN where missing.</summary>
    public float Soundness => Score is { } score ? score.Soundness / 10f : float.NaN;

    XElement IHtmlView.ToHtml() => Html.Block(
        Html.Text("div", Score is null
            ? $"no review: {Missing}{(Detail is null ? "" : $", {Detail}")}"
            : string.Create(CultureInfo.InvariantCulture,
                $"process reward {Reward:0.00}: completeness {Completeness:0.0}, soundness {Soundness:0.0}{(Blank ? " (blank)" : "")}"),
            "font-weight:600"),
        Findings.Length > 0 ? Html.Lines(Findings) : null);
}
