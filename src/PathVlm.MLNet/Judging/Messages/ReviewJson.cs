using System.Text.Encodings.Web;
using System.Text.Json;
using PathVlm.MLNet.Judging.Protocol;

namespace PathVlm.MLNet.Judging.Messages;

/// <summary>Writes findings in the form that <see cref="ReviewParser"/> reads.</summary>
internal static class ReviewJson
{
    private static readonly JsonSerializerOptions Relaxed = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    internal static string Write(ReviewFindings findings) => JsonSerializer.Serialize(
        new
        {
            visual_analysis = new
            {
                quote = findings.VisualAnalysis.Quote,
                shown_in_image = findings.VisualAnalysis.ShownInImage switch
                {
                    ShownInImage.Yes => "yes",
                    ShownInImage.No => "no",
                    _ => "cannot_tell",
                },
                present = findings.VisualAnalysis.Present,
            },
            option_elimination = new
            {
                rejected = findings.OptionElimination.Rejected.Select(rejected => new { option = rejected.Option, quote = rejected.Quote }),
                present = findings.OptionElimination.Present,
            },
            knowledge = new { quote = findings.Knowledge.Quote, fact = findings.Knowledge.Fact, present = findings.Knowledge.Present },
            violations = findings.Violations.Select(violation => new
            {
                kind = violation.Kind switch
                {
                    ViolationKind.BasicHistology => "basic_histology",
                    ViolationKind.Contradiction => "contradiction",
                    _ => "outdated_standard",
                },
                quote = violation.Quote,
                why = violation.Why,
            }),
            unable_to_judge = findings.UnableToJudge,
        },
        Relaxed);
}
