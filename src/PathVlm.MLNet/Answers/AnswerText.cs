using System.Text;
using PathVlm.Modeling.Processing.Unicode;

namespace PathVlm.MLNet.Answers;

/// <summary>How two texts are compared where their typing must not matter.</summary>
internal static class AnswerText
{
    /// <summary>NFKC, white space collapsed to single spaces and cut at both ends.</summary>
    public static string Collapse(string text)
    {
        string normal = CompatibilityForm.Normalize(text);
        var collapsed = new StringBuilder(normal.Length);
        foreach (char letter in normal)
        {
            if (!char.IsWhiteSpace(letter))
                collapsed.Append(letter);
            else if (collapsed.Length > 0 && collapsed[^1] != ' ')
                collapsed.Append(' ');
        }
        return collapsed.ToString().TrimEnd();
    }

    /// <summary><see cref="Collapse"/>, then <see cref="FoldCollapsed"/>.</summary>
    public static string Fold(string text) => FoldCollapsed(Collapse(text));

    /// <summary>Case folded and punctuation at the end cut off; a text of punctuation alone stays.</summary>
    public static string FoldCollapsed(string text)
    {
        string folded = text.ToUpperInvariant().ToLowerInvariant();
        string bare = folded.TrimEnd('.', ',', ';', ':', '!', '?', '。', ' ');
        return bare.Length > 0 ? bare : folded;
    }
}
