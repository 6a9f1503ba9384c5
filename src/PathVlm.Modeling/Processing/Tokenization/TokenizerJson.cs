using System.Globalization;
using System.Text.Json;
using PathVlm.Modeling.Files;

namespace PathVlm.Modeling.Processing.Tokenization;

/// <summary>A JSON file of a tokenizer; messages name the file and the property.</summary>
internal sealed class TokenizerJson : IDisposable
{
    private readonly string _path;
    private readonly JsonDocument _document;

    private TokenizerJson(string path, JsonDocument document)
    {
        _path = path;
        _document = document;
    }

    public JsonElement Root => _document.RootElement;

    public static TokenizerJson Open(CheckpointSource source, string name) =>
        new(source.PathOf(name), StrictJson.ParseObject(source.Read(name), source.PathOf(name)));

    public void Dispose() => _document.Dispose();

    public InvalidDataException Fault(string property, string found, string expected) =>
        new(MessageLine.Of(_path, $"{property}: expected {expected}, got {found}."));

    public static JsonElement? Find(JsonElement parent, string name) =>
        parent.ValueKind == JsonValueKind.Object && parent.TryGetProperty(name, out JsonElement value) ? value : null;

    /// <summary>The property that the last part of <paramref name="property"/> names in <paramref name="parent"/>.</summary>
    public JsonElement Get(JsonElement parent, string property, JsonValueKind kind)
    {
        if (Find(parent, LastPart(property)) is not { } value) throw Fault(property, "nothing", Describe(kind));
        return value.ValueKind == kind ? value : throw Fault(property, Describe(value.ValueKind), Describe(kind));
    }

    public string GetText(JsonElement parent, string property, string? missing = null) =>
        missing is not null && Find(parent, LastPart(property)) is null
            ? missing
            : Text(Get(parent, property, JsonValueKind.String), property);

    public bool GetFlag(JsonElement parent, string property) => Find(parent, LastPart(property))?.ValueKind switch
    {
        null or JsonValueKind.False or JsonValueKind.Null => false,
        JsonValueKind.True => true,
        JsonValueKind kind => throw Fault(property, Describe(kind), "true or false"),
    };

    /// <summary>Tokens and ids of an object.</summary>
    public Dictionary<string, int> IdsOf(JsonElement vocabulary, string property)
    {
        Dictionary<string, int> ids = new(vocabulary.GetPropertyCount(), StringComparer.Ordinal);
        foreach (JsonProperty token in vocabulary.EnumerateObject())
            ids[token.Name] = IdOf(token.Value, property, token.Name);
        return ids;
    }

    /// <summary>A merge, stated as "left right" or as ["left", "right"].</summary>
    public string MergeOf(JsonElement merge, int index)
    {
        string property = $"model.merges[{index}]";
        if (merge.ValueKind == JsonValueKind.String) return Text(merge, property);
        bool isPair = merge.ValueKind == JsonValueKind.Array && merge.GetArrayLength() == 2
            && merge[0].ValueKind == JsonValueKind.String && merge[1].ValueKind == JsonValueKind.String;
        if (!isPair) throw Fault(property, StrictJson.Describe(merge), "\"left right\" or [\"left\", \"right\"]");
        return Text(merge[0], property) + " " + Text(merge[1], property);
    }

    /// <summary>The tokens of <c>added_tokens</c> of a tokenizer.json.</summary>
    public IEnumerable<AddedToken> AddedTokens()
    {
        if (Find(Root, "added_tokens") is not { ValueKind: not JsonValueKind.Null }) yield break;
        int index = 0;
        foreach (JsonElement token in Get(Root, "added_tokens", JsonValueKind.Array).EnumerateArray())
        {
            string property = $"added_tokens[{index++}]";
            yield return TokenOf(token, property, IdOf(Get(token, property + ".id", JsonValueKind.Number), property + ".id"));
        }
    }

    /// <summary>The tokens of <c>added_tokens_decoder</c> of a tokenizer_config.json.</summary>
    public IEnumerable<AddedToken> AddedTokensOfConfiguration()
    {
        if (Find(Root, "added_tokens_decoder") is not { ValueKind: not JsonValueKind.Null }) yield break;
        foreach (JsonProperty token in Get(Root, "added_tokens_decoder", JsonValueKind.Object).EnumerateObject())
        {
            if (!int.TryParse(token.Name, NumberStyles.None, CultureInfo.InvariantCulture, out int id))
                throw Fault("added_tokens_decoder", $"the id '{MessageLine.Value(token.Name)}'", "ids in decimal digits");
            yield return TokenOf(token.Value, $"added_tokens_decoder.{id}", id);
        }
    }

    private AddedToken TokenOf(JsonElement token, string property, int id)
    {
        string content = GetText(token, property + ".content");
        if (content.Length == 0) throw Fault(property + ".content", "an empty text", "text");
        return new AddedToken(
            id,
            content,
            IsSpecial: GetFlag(token, property + ".special"),
            IsNormalized: GetFlag(token, property + ".normalized"),
            TakesLeft: GetFlag(token, property + ".lstrip"),
            TakesRight: GetFlag(token, property + ".rstrip"),
            IsSingleWord: GetFlag(token, property + ".single_word"));
    }

    private int IdOf(JsonElement value, string property, string? token = null) =>
        value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out int id) && id >= 0
            ? id
            : throw Fault(
                token is null ? property : $"{property}[\"{MessageLine.Value(token)}\"]", StrictJson.Describe(value),
                "an id (a whole number from 0)");

    private string Text(JsonElement value, string property)
    {
        try
        {
            return value.GetString()!;
        }
        catch (InvalidOperationException exception)
        {
            throw new InvalidDataException(MessageLine.Of(_path, $"{property}: expected valid Unicode text."), exception);
        }
    }

    private static string LastPart(string property) => property[(property.LastIndexOf('.') + 1)..];

    private static string Describe(JsonValueKind kind) => kind switch
    {
        JsonValueKind.Object => "an object",
        JsonValueKind.Array => "a list",
        JsonValueKind.String => "text",
        JsonValueKind.Number => "a number",
        JsonValueKind.True or JsonValueKind.False => "true or false",
        _ => "null",
    };
}
