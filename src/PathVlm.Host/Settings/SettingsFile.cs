using System.Text;
using System.Text.Json;
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
        List<string> path = [];
        while (reader.Read())
        {
            if (reader.TokenType != JsonTokenType.PropertyName) continue;
            path = [.. path.Take(reader.CurrentDepth - 1), reader.GetString()!];
            string? fault = path.Count < reader.CurrentDepth ? null : FaultOf(string.Join(':', path)); // null: inside a list
            if (fault is not null) throw Fault(bytes, reader, fault);
        }
    }

    // "Sft": {"Epochs": 1} and "Sft:Epochs": 1 are the same.
    private static string? FaultOf(string path)
    {
        string[] parts = path.Split(':', 2);
        return SettingSections.FaultOfSection(parts[0])
            ?? (parts.Length > 1 ? SettingSections.FaultOfSetting(parts[0], parts[1]) : null);
    }

    private static UserMistakeException Fault(byte[] bytes, Utf8JsonReader reader, string message)
    {
        int line = 1 + bytes.AsSpan(0, (int)reader.TokenStartIndex).Count((byte)'\n');
        return new UserMistakeException($"{Name}, line {line}: {message}");
    }
}
