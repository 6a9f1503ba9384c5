using System.Text.RegularExpressions;

namespace PathVlm.MLNet.Data.Loading;

/// <summary>File and folder names that are the names of splits.</summary>
internal static partial class SplitNames
{
    private static readonly HashSet<string> Known = new(StringComparer.OrdinalIgnoreCase)
    {
        "train", "training", "val", "valid", "validation", "dev", "test", "testing", "test_tiny", "sft", "rl",
    };

    /// <summary>
    /// The split that a name says, such as <c>train</c> of <c>train-00000-of-00002</c>; null where it says none.
    /// </summary>
    /// <param name="name">A file's name without its end, or a folder's name.</param>
    public static string? Of(string name)
    {
        string bare = Part().Replace(name, "");
        return Known.Contains(bare) ? bare.ToLowerInvariant() : null;
    }

    [GeneratedRegex(@"[-_]\d+(-of-\d+)?$", RegexOptions.CultureInvariant)]
    private static partial Regex Part();
}
