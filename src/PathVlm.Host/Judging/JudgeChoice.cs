using System.CommandLine;
using Microsoft.Extensions.Configuration;
using PathVlm.MLNet.Judging.Models;
using PathVlm.MLNet.Judging.Panel;
using PathVlm.MLNet.Judging.Protocol;
using PathVlm.MLNet.Judging.Rubric;

namespace PathVlm.Host.Judging;

/// <summary>Which judge reviews, as verbs take it: the offline rubric, or an OpenAI-compatible server that is named.</summary>
internal sealed class JudgeChoice
{
    private const string Section = "Judge";
    private readonly Option<string> _address = new("--judge") { Description = "Address of an OpenAI-compatible judge (key in PATHVLM_JUDGE_KEY); the offline rubric by default. Pictures are sent there." };
    private readonly Option<string> _model = new("--judge-model") { Description = "The judge's model.", DefaultValueFactory = _ => new ChatJudgeOptions().Model };

    internal IEnumerable<Option> Options => [_address, _model];

    /// <summary>The judge of a command line; nothing is sent yet.</summary>
    /// <exception cref="UserMistakeException">The address is none.</exception>
    internal IProcessJudge Of(ParseResult parsed)
    {
        if (parsed.GetValue(_address) is not { } named) return new RubricJudge();
        return Uri.TryCreate(named, UriKind.Absolute, out Uri? server) && server.Scheme is ("http" or "https")
            ? OpenAiJudge.Create(server, options: new ChatJudgeOptions { Model = parsed.GetValue(_model)! })
            : throw new UserMistakeException($"--judge: got [{named}], takes an absolute http or https address, such as https://api.openai.com/v1");
    }

    /// <summary>Bounds, prices and record from the settings of the section Judge.</summary>
    internal static ReviewPanelOptions Panel(IConfiguration configuration)
    {
        ReviewPanelOptions options = new();
        configuration.BindTo(Section, options);
        return options;
    }

    /// <summary>Whether the settings name a price, without which money is not told.</summary>
    internal static bool NamesPrices(IConfiguration configuration) =>
        configuration.GetSection(Section).GetChildren().Any(setting =>
            setting.Key.Equals(nameof(ReviewPanelOptions.PricePerMillionInputTokens), StringComparison.OrdinalIgnoreCase)
            || setting.Key.Equals(nameof(ReviewPanelOptions.PricePerMillionOutputTokens), StringComparison.OrdinalIgnoreCase));
}
