using System.CommandLine;
using Microsoft.Extensions.Configuration;
using PathVlm.Host.Faults;
using PathVlm.Host.Settings;
using PathVlm.MLNet.Judging.Models;
using PathVlm.MLNet.Judging.Panel;
using PathVlm.MLNet.Judging.Protocol;
using PathVlm.MLNet.Judging.Rubric;

namespace PathVlm.Host.Runs;

/// <summary>The options that name a judge: the offline rubric, or an OpenAI-compatible server.</summary>
internal sealed class JudgeChoice
{
    private const string Section = "Judge";

    private readonly Option<string> _address = new("--judge")
    {
        Description = "Address of an OpenAI-compatible judge (key in PATHVLM_JUDGE_KEY); the offline rubric by default. "
            + "Pictures are sent there.",
    };

    private readonly Option<string> _model = new("--judge-model")
    {
        Description = "The judge's model.",
        DefaultValueFactory = _ => new ChatJudgeOptions().Model,
    };

    internal IEnumerable<Option> Options => [_address, _model];

    /// <summary>The judge of a command line; nothing is sent yet.</summary>
    /// <exception cref="UserMistakeException">The address is none.</exception>
    internal IProcessJudge Judge(ParseResult parsed)
    {
        if (parsed.GetValue(_address) is not { } named) return new RubricJudge();
        return Uri.TryCreate(named, UriKind.Absolute, out Uri? server) && (server.Scheme is "http" or "https")
            ? OpenAiJudge.Create(server!, options: new ChatJudgeOptions { Model = parsed.GetValue(_model)! })
            : throw new UserMistakeException(
                $"--judge: expected an absolute http or https address, such as https://api.openai.com/v1, got [{named}]");
    }

    /// <summary>Bounds, prices and record from the settings of the section Judge.</summary>
    internal static ReviewPanelOptions Panel(IConfiguration configuration)
    {
        ReviewPanelOptions options = new();
        configuration.BindTo(Section, options);
        return options;
    }

    /// <summary>Whether the settings name a price; cost is shown if they do.</summary>
    internal static bool NamesPrices(IConfiguration configuration) =>
        configuration.GetSection(Section).GetChildren().Any(setting =>
            setting.Key.Equals(nameof(ReviewPanelOptions.PricePerMillionInputTokens), StringComparison.OrdinalIgnoreCase)
            || setting.Key.Equals(nameof(ReviewPanelOptions.PricePerMillionOutputTokens), StringComparison.OrdinalIgnoreCase));
}
