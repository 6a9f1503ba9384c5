using System.Text.Json;
using System.Text;
using PathVlm.Host.Faults;
using PathVlm.Modeling.Files;

namespace PathVlm.Host.Settings;

/// <summary>Checks <c>pathvlm.json</c> before it is read: a section or setting that does not exist is a mistake, with its line.</summary>
internal static class SettingsFile
{
    /// <summary>The file, in the working folder.</summary>
    internal const string Name = "pathvlm.json";

    private const long LargestFile = 1 << 20;

    /// <summary>Checks a file, if there is one.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="UserMistakeException">It is no JSON object, or names a section or setting that does not exist.</exception>
    internal static void Check(string path)
    {
        if (!File.Exists(path)) return;
        byte[] bytes = InputFile.ReadBytes(path, LargestFile);
        if (bytes.AsSpan().StartsWith(Encoding.UTF8.Preamble)) bytes = bytes[Encoding.UTF8.Preamble.Length..];
        try
        {
            Check(bytes);
        }
        catch (JsonException fault)
        {
            throw new UserMistakeException($"{Name}, line {fault.LineNumber + 1}: expected JSON: {fault.Message}", fault);
        }
    }

    private static void Check(byte[] bytes)
    {
        JsonReaderOptions options = new() { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true };
        Utf8JsonReader reader = new(bytes, options);
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject) throw Fault(bytes, reader, "expected an object of sections");
        string section = "";
        while (reader.Read())
        {
            if (reader.TokenType != JsonTokenType.PropertyName) continue;
            string name = reader.GetString()!;
            string? fault = reader.CurrentDepth switch
            {
                1 => FaultOfTop(section = name),
                2 => SettingSections.FaultOfSetting(section, name.Split(':')[0]),
                _ => null, // inside a setting; the binder checks it
            };
            if (fault is not null) throw Fault(bytes, reader, fault);
        }
    }

    // "Sft": {"Epochs": 1} and "Sft:Epochs": 1 are the same.
    private static string? FaultOfTop(string name)
    {
        string[] parts = name.Split(':');
        return SettingSections.FaultOfSection(parts[0])
            ?? (parts.Length > 1 ? SettingSections.FaultOfSetting(parts[0], parts[1]) : null);
    }

    private static UserMistakeException Fault(byte[] bytes, Utf8JsonReader reader, string message)
    {
        int line = 1 + bytes.AsSpan(0, (int)reader.TokenStartIndex).Count((byte)'\n');
        return new UserMistakeException($"{Name}, line {line}: {message}");
    }
}
