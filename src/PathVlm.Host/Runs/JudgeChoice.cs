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

    /// <summary>Whether http is taken to other machines; one option for the judge and external models.</summary>
    private readonly Option<bool> _allowHttp = new("--allow-http")
    {
        Description = "Takes http addresses of other machines: pictures, texts and the key go in the clear.",
    };

    internal IEnumerable<Option> Options => [_address, _model, _allowHttp];

    /// <summary>Whether a command line allows http to other machines.</summary>
    internal bool AllowsHttp(ParseResult parsed) => parsed.GetValue(_allowHttp);

    /// <summary>The judge of a command line; nothing is sent yet.</summary>
    /// <exception cref="UserMistakeException">The address is none.</exception>
    internal IProcessJudge Judge(ParseResult parsed, IConfiguration configuration)
    {
        ChatJudgeOptions options = Bind(configuration).Chat;
        if (parsed.GetResult(_model) is { Implicit: false } || !IsNamed(configuration, nameof(ChatJudgeOptions.Model)))
            options.Model = parsed.GetValue(_model)!;
        options.AllowHttp |= AllowsHttp(parsed);
        if (parsed.GetValue(_address) is not { } named) return new RubricJudge();
        return Uri.TryCreate(named, UriKind.Absolute, out Uri? server) && (server.Scheme is "http" or "https")
            ? new ReachableJudge(OpenAiJudge.Create(server!, options: options), server!)
            : throw new UserMistakeException(
                $"--judge: expected an absolute http or https address, such as https://api.openai.com/v1, got [{named}]");
    }

    /// <summary>Bounds, prices, scoring and record from the settings of the section Judge.</summary>
    /// <param name="configuration">The settings.</param>
    /// <param name="preset">What holds where the settings say nothing; null for the defaults.</param>
    internal static ReviewPanelOptions Panel(IConfiguration configuration, ReviewPanelOptions? preset = null) =>
        Bind(configuration, preset).Panel;

    /// <summary>The settings of the section Judge.</summary>
    internal static (string Section, object Options) Settings(RunContext context, ReviewPanelOptions? preset = null) =>
        (Section, Panel(context.Configuration, preset));

    /// <summary>Whether the settings name a price; cost is shown if they do.</summary>
    internal static bool NamesPrices(IConfiguration configuration) =>
        IsNamed(configuration, nameof(ReviewPanelOptions.PricePerMillionInputTokens))
        || IsNamed(configuration, nameof(ReviewPanelOptions.PricePerMillionOutputTokens));

    // One section for both: how a server is asked, and the bounds on asking it.
    private static (ChatJudgeOptions Chat, ReviewPanelOptions Panel) Bind(IConfiguration configuration, ReviewPanelOptions? preset = null)
    {
        ChatJudgeOptions chat = new();
        ReviewPanelOptions panel = preset?.Copy() ?? new ReviewPanelOptions();
        configuration.BindTo(Section, chat, panel);
        return (chat, panel);
    }

    private static bool IsNamed(IConfiguration configuration, string setting) =>
        configuration.GetSection(Section).GetChildren().Any(child => child.Key.Equals(setting, StringComparison.OrdinalIgnoreCase));
}
