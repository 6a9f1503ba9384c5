using System.Text.RegularExpressions;

namespace PathVlm.MLNet.Chat.Faults;

/// <summary>What a server's error is about: the content, the account, the model, or a parameter.</summary>
internal static partial class ServerErrorMeaning
{
    private static readonly string[] ContentCodes =
        ["content_filter", "content_policy", "responsibleaipolicyviolation", "data_inspection", "moderation"];

    private static readonly string[] ContentPhrases =
        ["content management policy", "content exists risk", "safety system", "content policy"];

    private static readonly string[] AccountCodes =
        ["insufficient_quota", "insufficient_balance", "insufficient_credit", "insufficient_funds", "billing", "payment", "account_"];

    private static readonly string[] ParameterCodes =
        ["unsupported", "unknown_parameter", "invalid_parameter", "extra_forbidden", "model_not_found", "invalid_model"];

    private static readonly (string Name, ChatParameters Parameter)[] Names =
    [
        ("temperature", ChatParameters.Temperature), ("seed", ChatParameters.Seed),
        ("max_completion_tokens", ChatParameters.MaxCompletionTokens), ("max_tokens", ChatParameters.MaxTokens),
        ("json_object", ChatParameters.JsonObject), ("json_schema", ChatParameters.JsonSchema),
        ("response_format", ChatParameters.JsonSchema),
        ("structured output", ChatParameters.JsonSchema),
    ];

    /// <summary>Whether a content filter stopped the request.</summary>
    internal static bool IsAboutContent(this ServerError error) =>
        HasCode(error, ContentCodes) || ContentPhrases.Any(phrase => error.Sentence.Contains(phrase, StringComparison.OrdinalIgnoreCase));

    /// <summary>Whether the account has no money or quota left, or is closed.</summary>
    internal static bool IsAboutAccount(this ServerError error) => HasCode(error, AccountCodes);

    /// <summary>Whether it names the model or a parameter, so that every further request would be refused as well.</summary>
    /// <param name="error">The error.</param>
    /// <param name="model">The model that was asked for.</param>
    internal static bool NamesModelOrParameter(this ServerError error, string model) =>
        error.Parameters.Any(parameter => !IsContent(parameter)) || HasCode(error, ParameterCodes) || Named(error) != ChatParameters.None
        || (!IsContextLength(error.Sentence) && (NamesModel().IsMatch(error.Sentence)
            || (model.Length > 0 && error.Sentence.Contains(model, StringComparison.OrdinalIgnoreCase))));

    /// <summary>The parameter that it names and that can be left out; <see cref="ChatParameters.None"/> for another one.</summary>
    internal static ChatParameters Named(this ServerError error) => error.Parameters.Append(error.Sentence)
        .Select(FirstNamed).FirstOrDefault(parameter => parameter != ChatParameters.None);

    private static ChatParameters FirstNamed(string text)
    {
        (string Name, ChatParameters Parameter)[] found = [.. Names.Where(name => PlaceOf(name.Name, text) >= 0)];
        return found.Length == 0 ? ChatParameters.None : found.MinBy(name => PlaceOf(name.Name, text)).Parameter;
    }

    private static int PlaceOf(string name, string text)
    {
        for (int start = text.IndexOf(name, StringComparison.OrdinalIgnoreCase); start >= 0;
            start = text.IndexOf(name, start + 1, StringComparison.OrdinalIgnoreCase))
            if (!IsWordAt(text, start - 1) && (!IsWordAt(text, start + name.Length) || text[start + name.Length] == 's')) return start;
        return -1;
    }

    private static bool IsWordAt(string text, int place) =>
        place >= 0 && place < text.Length && (char.IsLetterOrDigit(text[place]) || text[place] == '_');

    private static bool HasCode(ServerError error, string[] parts) =>
        error.Codes.Any(code => parts.Any(part => code.Contains(part, StringComparison.Ordinal)));

    // messages[1].content[0].image_url names what was asked about, not how.
    private static bool IsContent(string parameter) =>
        parameter.StartsWith("messages", StringComparison.OrdinalIgnoreCase)
        || parameter.StartsWith("input", StringComparison.OrdinalIgnoreCase);

    private static bool IsContextLength(string sentence) => sentence.Contains("context length", StringComparison.OrdinalIgnoreCase)
        || sentence.Contains("context window", StringComparison.OrdinalIgnoreCase);

    [GeneratedRegex(
        @"\bmodels?\b.*\b(not (be )?(found|exist|available|support\w*|allowed)|unsupported|unknown|invalid|decommissioned|deprecated)\b"
        + @"|\b(unknown|invalid|unsupported|no such) model\b", RegexOptions.IgnoreCase)]
    private static partial Regex NamesModel();
}
