using System.Collections.Frozen;
using System.Globalization;
using System.Text;

namespace PathVlm.Modeling.Processing.Unicode;

/// <summary>
/// Unicode's normalisation form KC: every code point with a compatibility decomposition is replaced by it (embedded table
/// compatibility.txt), then form C. Our own, because <c>string.Normalize</c> returns its input where a program runs with invariant
/// globalization, and a score must not depend on that.
/// </summary>
internal static class CompatibilityForm
{
    private const string Resource = "PathVlm.Modeling.Processing.Unicode.compatibility.txt";

    private static readonly Lazy<FrozenDictionary<int, string>> Decompositions = new(Load);

    /// <summary>The text in form KC.</summary>
    public static string Normalize(string text)
    {
        if (System.Text.Ascii.IsValid(text))
            return text;
        var replaced = new StringBuilder(text.Length + 16);
        foreach (Rune rune in text.EnumerateRunes())
        {
            if (Decompositions.Value.TryGetValue(rune.Value, out string? decomposed))
                replaced.Append(decomposed);
            else
                replaced.Append(rune.ToString());
        }
        return CanonicalComposition.Normalize(replaced.ToString());
    }

    private static FrozenDictionary<int, string> Load()
    {
        using Stream stream = typeof(CompatibilityForm).Assembly.GetManifestResourceStream(Resource)
            ?? throw new InvalidOperationException($"resource {Resource} is missing from the assembly");
        using var reader = new StreamReader(stream);
        var entries = new Dictionary<int, string>();
        while (reader.ReadLine() is { } line)
        {
            if (line.StartsWith('#'))
                continue;
            int[] codes = Array.ConvertAll(line.Split(' '), code => int.Parse(code, NumberStyles.HexNumber, CultureInfo.InvariantCulture));
            entries.Add(codes[0], string.Concat(codes.Skip(1).Select(char.ConvertFromUtf32)));
        }
        return entries.ToFrozenDictionary();
    }
}
