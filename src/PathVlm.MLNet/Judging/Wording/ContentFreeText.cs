using System.Collections.Frozen;
using System.Text.RegularExpressions;

namespace PathVlm.MLNet.Judging.Wording;

/// <summary>
/// Tells a reasoning that says nothing: blank, punctuation, invisible characters, headings, or announcements such as "Thought process:"
/// and "Let me think step by step." Such texts are rewarded 0 without asking a judge, since under the paper's formula silence is sound,
/// and model judges are known to be fooled by them (arXiv 2507.08794). The rule is open: every word of every line is one of the general
/// words below, or the line is a heading.
/// </summary>
internal static partial class ContentFreeText
{
    private const int LongestHeading = 8;

    /// <summary>Words that announce a reasoning, or say how it is done, and nothing of the picture or the options.</summary>
    private static readonly FrozenSet<string> General = string.Join(' ',
        "a about all an analyse analyze analysis and answer answers approach are as at be begin below by can careful",
        "carefully case choice choices complete conclusion consider correct correctly describe described detail",
        "detailed do each evaluate examine explain explanation figure final finally find first following follows for",
        "from full give given go going have here i i'll i'm image in is it it's know last let let's lets ll look",
        "looking me method must my need next now of ok okay on once one option options our out over overall picture",
        "please problem procedure proceed process question read reason reasoned reasoning respond response result",
        "results review right s see so solution solve solved solving start starting step stepbystep step-by-step steps",
        "sure systematic systematically task the then there therefore these think thinking this thought thoughts",
        "through thus to together understand us use using we we'll well what which why will with work working write you",
        "your analyse antwort denken gedanken lösung schritt schritte raisonnement réponse solution respuesta solución",
        "razonamiento proceso pensamiento решение ответ размышление 解 解答 答案 思考 思考过程 推理 解决方案 かいせつ 解説 回答 풀이 답 해설")
        .Split(' ', StringSplitOptions.RemoveEmptyEntries).ToFrozenSet(StringComparer.OrdinalIgnoreCase);

    /// <summary>Whether the lines say nothing.</summary>
    /// <param name="lines">Lines as a judge would be shown them.</param>
    public static bool Is(IEnumerable<string> lines) => lines.All(IsEmpty);

    private static bool IsEmpty(string line)
    {
        int words = 0;
        bool isGeneral = true;
        foreach (ValueMatch match in Word().EnumerateMatches(line))
        {
            words++;
            ReadOnlySpan<char> word = line.AsSpan(match.Index, match.Length).Trim("'-");
            isGeneral &= !word.ContainsAnyExceptInRange('0', '9') || General.GetAlternateLookup<ReadOnlySpan<char>>().Contains(word);
            if (!isGeneral && words > LongestHeading) return false;
        }

        return isGeneral || (words <= LongestHeading && IsHeading(line));
    }

    private static bool IsHeading(string line)
    {
        ReadOnlySpan<char> text = line.AsSpan().TrimEnd("*_ ");
        return text.StartsWith("#") || text.EndsWith(":") || text.EndsWith("\uFF1A")
            || (line.StartsWith("**", StringComparison.Ordinal) && line.EndsWith("**", StringComparison.Ordinal));
    }

    [GeneratedRegex(@"[\p{L}\p{N}][\p{L}\p{N}\p{M}'-]*")]
    private static partial Regex Word();
}
