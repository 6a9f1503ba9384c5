namespace PathVlm.MLNet.Chat.Faults;

/// <summary>Parameters of a chat request that a server may refuse.</summary>
[Flags]
public enum ChatParameters
{
    /// <summary>None.</summary>
    None = 0,

    /// <summary><c>temperature</c>.</summary>
    Temperature = 1,

    /// <summary><c>seed</c>.</summary>
    Seed = 2,

    /// <summary><c>max_completion_tokens</c>; where it is left out, the older <c>max_tokens</c> is sent.</summary>
    MaxCompletionTokens = 4,

    /// <summary><c>max_tokens</c>; where both names are left out, no output budget is sent.</summary>
    MaxTokens = 8,

    /// <summary>
    /// <c>response_format</c> of type <c>json_schema</c>; where it is left out, <c>json_object</c> is sent and the prompt names the
    /// schema.
    /// </summary>
    JsonSchema = 16,

    /// <summary><c>response_format</c> of type <c>json_object</c>; without both types, only the prompt names the schema.</summary>
    JsonObject = 32,
}
