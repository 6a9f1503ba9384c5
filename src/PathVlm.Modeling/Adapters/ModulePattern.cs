using System.Text.RegularExpressions;

namespace PathVlm.Modeling.Adapters;

/// <summary>A pattern of module names as Python's <c>re.fullmatch</c> reads it. One that backtracks without end is given up.</summary>
internal sealed class ModulePattern
{
    private static readonly TimeSpan LongestMatch = TimeSpan.FromMilliseconds(250);

    private readonly Regex _regex;
    private readonly string _text;

    /// <summary>Reads a pattern.</summary>
    /// <exception cref="ArgumentException">It is no regular expression.</exception>
    public ModulePattern(string text)
    {
        _text = text;
        // Python names a group with (?P<name>…).
        string pattern = text.Replace("(?P<", "(?<", StringComparison.Ordinal);
        _regex = new Regex($@"\A(?:{pattern})\z", RegexOptions.CultureInvariant, LongestMatch);
    }

    /// <summary>What is wrong with a text, or null where it is a pattern.</summary>
    public static string? FaultOf(string text)
    {
        try
        {
            _ = new ModulePattern(text);
            return null;
        }
        catch (ArgumentException fault)
        {
            return fault.Message.ReplaceLineEndings(" ");
        }
    }

    /// <summary>Whether the pattern matches the whole of a name.</summary>
    /// <exception cref="InvalidDataException">It takes too long to tell.</exception>
    public bool Matches(string name)
    {
        try
        {
            return _regex.IsMatch(name);
        }
        catch (RegexMatchTimeoutException)
        {
            throw new InvalidDataException(
                $"The pattern [{_text}] needs more than {LongestMatch.TotalMilliseconds} ms to match [{name}]; write it more simply.");
        }
    }
}
