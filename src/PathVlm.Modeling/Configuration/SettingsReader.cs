using System.Globalization;
using System.Text.Json;
using PathVlm.Modeling.Files;

namespace PathVlm.Modeling.Configuration;

/// <summary>
/// Reads the properties of one object of a settings file. Faults are gathered, each with its property, what was expected and what was
/// found,
/// so that <see cref="ThrowIfFaulty"/> reports them all at once; until then a faulty property reads as its lowest value or default.
/// </summary>
internal sealed class SettingsReader
{
    private const long LargestFile = 16L << 20;
    private readonly string _file;
    private readonly string _prefix;
    private readonly JsonElement _object;
    private readonly List<string> _faults;

    private SettingsReader(string file, string prefix, JsonElement value, List<string> faults) =>
        (_file, _prefix, _object, _faults) = (file, prefix, value, faults);

    public bool HasFaults => _faults.Count > 0;

    /// <summary>Names of all properties.</summary>
    public IEnumerable<string> Names => _object.EnumerateObject().Select(property => property.Name);

    /// <summary>Every property with its text; null (a fault) where it is no text. One pass, however many there are.</summary>
    public IEnumerable<(string Name, string? Text)> AllTexts()
    {
        foreach (JsonProperty property in _object.EnumerateObject())
        {
            bool isText = property.Value.ValueKind == JsonValueKind.String;
            if (!isText) Fault(MessageLine.Value(property.Name), StrictJson.Describe(property.Value), "a text");
            yield return (property.Name, isText ? property.Value.GetString() : null);
        }
    }

    /// <summary>Reads a JSON file that holds one object.</summary>
    /// <exception cref="FileNotFoundException">The source has no such file.</exception>
    /// <exception cref="InvalidDataException">The file isn't JSON, isn't an object, names a property twice or is over 16 MiB.</exception>
    public static SettingsReader Open(CheckpointSource source, string name) =>
        Parse(source.Read(name, LargestFile), source.PathOf(name));

    /// <summary>Reads JSON text that holds one object; <paramref name="file"/> names it in messages.</summary>
    /// <exception cref="InvalidDataException">The text isn't JSON, isn't an object or names a property twice.</exception>
    public static SettingsReader Parse(ReadOnlyMemory<byte> json, string file)
    {
        using JsonDocument document = StrictJson.ParseObject(json, file);
        return new SettingsReader(file, "", document.RootElement.Clone(), []);
    }

    public bool Has(string name) => Find(name) is not null;

    /// <summary>Whether a property is absent, null, false, zero, or an empty text, list or object.</summary>
    public bool IsOff(string name) => Find(name) is not { } value || value.ValueKind switch
    {
        JsonValueKind.False => true,
        JsonValueKind.String => value.GetString()!.Length == 0,
        JsonValueKind.Array => value.GetArrayLength() == 0,
        JsonValueKind.Object => value.GetPropertyCount() == 0,
        JsonValueKind.Number => value.TryGetDouble(out double number) && number == 0,
        _ => false,
    };

    /// <summary>A property as it stands in the file, shortened; "null" where it is absent.</summary>
    public string Raw(string name) => Find(name) is { } value ? StrictJson.Describe(value) : "null";

    /// <summary>The object under <paramref name="name"/>, or null where it is absent, null or (a fault) something else.</summary>
    public SettingsReader? Object(string name)
    {
        if (Find(name) is not { } value)
            return null;
        if (value.ValueKind == JsonValueKind.Object)
            return new SettingsReader(_file, _prefix + name + ".", value, _faults);
        Fault(name, StrictJson.Describe(value), "an object");
        return null;
    }

    /// <summary>A whole number from <paramref name="lowest"/> to <paramref name="highest"/>; without a default it must be there.</summary>
    public int Integer(string name, int lowest, int highest, int? whenAbsent = null)
    {
        if (Find(name) is not { } value)
            return whenAbsent ?? Missing(name, $"a whole number from {lowest} to {highest}", lowest);
        if (IsInteger(value, lowest, highest, out int number))
            return number;
        Fault(name, StrictJson.Describe(value), $"a whole number from {lowest} to {highest}");
        return lowest;
    }

    /// <summary>A whole number that may be absent or null.</summary>
    public int? OptionalInteger(string name, int lowest, int highest) => Has(name) ? Integer(name, lowest, highest) : null;

    /// <summary>A number above <paramref name="above"/> and up to <paramref name="highest"/>.</summary>
    public double Number(string name, double above, double highest, double whenAbsent)
    {
        if (Find(name) is not { } value)
            return whenAbsent;
        if (value.ValueKind == JsonValueKind.Number && value.TryGetDouble(out double number) && number > above && number <= highest)
            return number;
        Fault(name, StrictJson.Describe(value), string.Create(CultureInfo.InvariantCulture, $"a number above {above}, at most {highest}"));
        return whenAbsent;
    }

    public bool Flag(string name, bool whenAbsent)
    {
        if (Find(name) is not { } value)
            return whenAbsent;
        if (value.ValueKind is JsonValueKind.True or JsonValueKind.False)
            return value.GetBoolean();
        Fault(name, StrictJson.Describe(value), "true or false");
        return whenAbsent;
    }

    /// <summary>A text, or null where absent or (a fault) not a text.</summary>
    public string? Text(string name)
    {
        if (Find(name) is not { } value)
            return null;
        if (value.ValueKind == JsonValueKind.String)
            return value.GetString();
        Fault(name, StrictJson.Describe(value), "a text");
        return null;
    }

    /// <summary>A list of whole numbers; a single number reads as a list of one.</summary>
    public IReadOnlyList<int>? Integers(string name, int lowest, int highest)
    {
        if (Find(name) is not { } value)
            return null;
        if (IsInteger(value, lowest, highest, out int single))
            return [single];
        List<int> numbers = [];
        foreach (JsonElement item in value.ValueKind == JsonValueKind.Array ? value.EnumerateArray() : default)
        {
            if (IsInteger(item, lowest, highest, out int number))
                numbers.Add(number);
        }

        if (value.ValueKind == JsonValueKind.Array && numbers.Count == value.GetArrayLength())
            return numbers;
        Fault(name, StrictJson.Describe(value), $"a list of whole numbers from {lowest} to {highest}");
        return null;
    }

    /// <summary>A list of numbers of a set length.</summary>
    public float[]? Numbers(string name, int count)
    {
        if (Find(name) is not { } value)
            return null;
        if (value.ValueKind == JsonValueKind.Array && value.GetArrayLength() == count
            && value.EnumerateArray().All(item => item.ValueKind == JsonValueKind.Number && float.IsFinite(item.GetSingle())))
            return [.. value.EnumerateArray().Select(item => item.GetSingle())];
        Fault(name, StrictJson.Describe(value), $"a list of {count} numbers");
        return null;
    }

    /// <summary>A list of texts, or null where absent or (a fault) something else.</summary>
    public IReadOnlyList<string>? Texts(string name)
    {
        if (Find(name) is not { } value)
            return null;
        if (value.ValueKind == JsonValueKind.Array && value.EnumerateArray().All(item => item.ValueKind == JsonValueKind.String))
            return [.. value.EnumerateArray().Select(item => item.GetString()!)];
        Fault(name, StrictJson.Describe(value), "a list of texts");
        return null;
    }

    public void Missing(string name, string expected) => _faults.Add($"{_prefix}{name}: expected {expected}, got nothing");

    public void Fault(string name, object got, string expected) =>
        _faults.Add(string.Create(CultureInfo.InvariantCulture, $"{_prefix}{name}: expected {expected}, got {got}"));

    /// <summary>Throws when anything was found wrong so far, in this object or in those read from it.</summary>
    /// <exception cref="InvalidDataException">One line that names the file and every fault.</exception>
    public void ThrowIfFaulty()
    {
        if (_faults.Count > 0)
            throw new InvalidDataException(MessageLine.Of(_file, _faults));
    }

    private JsonElement? Find(string name) =>
        _object.TryGetProperty(name, out JsonElement value) && value.ValueKind != JsonValueKind.Null ? value : null;

    private int Missing(string name, string expected, int instead)
    {
        Missing(name, expected);
        return instead;
    }

    private static bool IsInteger(JsonElement value, int lowest, int highest, out int number)
    {
        number = lowest;
        return value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out number) && number >= lowest && number <= highest;
    }
}
