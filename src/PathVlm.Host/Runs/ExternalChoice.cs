using System.CommandLine;
using Microsoft.Extensions.Configuration;
using PathVlm.Experiments.Plans;
using PathVlm.Host.Faults;
using PathVlm.Host.Settings;
using PathVlm.MLNet.Inference.External;

namespace PathVlm.Host.Runs;

/// <summary>
/// The option that names external models: <c>name=URL</c>, or <c>name=model@URL</c> where the server has another name for the model.
/// </summary>
internal sealed class ExternalChoice
{
    private const string Section = "External";
    private const string Form = "expected name=URL or name=model@URL, such as gpt-4o=gpt-4o-2024-08-06@https://api.openai.com/v1";

    private readonly Option<string[]> _externals = new("--external")
    {
        Description = "An external model, as name=URL or name=model@URL of an OpenAI-compatible server; repeatable. "
            + "Key in PATHVLM_EXTERNAL_KEY_NAME or PATHVLM_EXTERNAL_KEY. Pictures are sent there.",
    };

    internal Option Option => _externals;

    /// <summary>The models of a command line.</summary>
    internal IReadOnlyList<ExternalEndpoint> Endpoints(ParseResult parsed) => Read(parsed.GetValue(_externals) ?? []);

    /// <summary>How every external model is asked, from the settings section External, without model and prompt.</summary>
    internal static ExternalModelOptions Asking(IConfiguration configuration, bool allowHttp = false)
    {
        ExternalModelOptions options = new();
        configuration.BindTo(Section, options);
        options.AllowHttp |= allowHttp;
        return options.Model == new ExternalModelOptions().Model && options.PromptTemplate is null
            ? options
            : throw new UserMistakeException(
                $"setting [{Section}:{nameof(options.Model)}] or [{Section}:{nameof(options.PromptTemplate)}]: expected neither; "
                + "--external names the model, and the prompt is that of the trained models");
    }

    /// <summary>Reads models from their texts.</summary>
    /// <exception cref="UserMistakeException">A text is no model, or two have the same name.</exception>
    internal static IReadOnlyList<ExternalEndpoint> Read(IEnumerable<string> texts)
    {
        ExternalEndpoint[] endpoints = [.. texts.Select(Read)];
        string? repeated = endpoints.GroupBy(endpoint => endpoint.Name, StringComparer.OrdinalIgnoreCase)
            .FirstOrDefault(name => name.Count() > 1)?.Key;
        return repeated is null
            ? endpoints
            : throw new UserMistakeException($"--external: the name [{repeated}] is taken; expected a name of its own for each");
    }

    private static ExternalEndpoint Read(string text)
    {
        int equals = text.IndexOf('=', StringComparison.Ordinal);
        int scheme = text.IndexOf("://", StringComparison.Ordinal);
        if (equals < 1 || scheme < equals) throw Mistake(text);
        string name = text[..equals], rest = text[(equals + 1)..];
        int at = rest.LastIndexOf('@', scheme - equals - 1); // a model's name is before the scheme
        string model = at < 0 ? name : rest[..at];
        bool isNamed = model.Length > 0 && name.All(IsNameLetter);
        if (!isNamed || !Uri.TryCreate(rest[(at + 1)..], UriKind.Absolute, out Uri? address))
            throw Mistake(text);
        if (address.Scheme is not ("http" or "https") || address.UserInfo.Length > 0)
            throw new UserMistakeException($"--external: [{name}] has an address that is not http or https, or holds a user name; {Form}");
        return new ExternalEndpoint(name, model, address);
    }

    // The name is a folder's.
    private static bool IsNameLetter(char letter) => char.IsAsciiLetterOrDigit(letter) || letter is '-' or '_' or '.';

    private static UserMistakeException Mistake(string text) => new($"--external: {Form}, got [{text}]");
}
