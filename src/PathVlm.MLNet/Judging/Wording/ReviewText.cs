using System.Text;
using System.Text.RegularExpressions;
using PathVlm.Modeling.Processing.Unicode;

namespace PathVlm.MLNet.Judging.Wording;

/// <summary>The normal form in which a reasoning is shown to a judge and quotes are looked up.</summary>
internal static partial class ReviewText
{
    /// <summary>Removes control tokens (<c>&lt;|im_end|&gt;</c> …) and collapses white space; what the judge is shown.</summary>
    public static string Shown(string text) => WhiteSpace().Replace(ControlToken().Replace(text, " "), " ").Trim();

    /// <summary>The lines of a text, each as it is shown.</summary>
    public static IEnumerable<string> Lines(string text) => text.Split('\n').Select(Shown);

    /// <summary>The form quotes are compared in: <see cref="Shown"/>, NFKC, typographic quotes and dashes made plain, lower case.</summary>
    public static string Normalised(string text)
    {
        StringBuilder plain = new(CompatibilityForm.Normalize(Shown(text)).ToLowerInvariant());
        plain.Replace('\u2018', '\'').Replace('\u2019', '\'').Replace('\u201c', '"').Replace('\u201d', '"')
            .Replace('\u2010', '-').Replace('\u2011', '-').Replace('\u2013', '-').Replace('\u2014', '-');
        return WhiteSpace().Replace(plain.ToString(), " ").Trim();
    }

    /// <summary>Number of words: runs that hold a letter or digit, between white space.</summary>
    public static int WordCount(string text) =>
        text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries).Count(word => word.Any(char.IsLetterOrDigit));

    [GeneratedRegex(@"<\|[^<>|\s]{1,64}\|>")]
    private static partial Regex ControlToken();

    [GeneratedRegex(@"\s+")]
    private static partial Regex WhiteSpace();
}
