using PathVlm.Modeling.Files;

namespace PathVlm.Modeling.Hub;

/// <summary>
/// The cache of files from a Hugging Face-compatible hub, in the layout of the hub's own library, so that other programs share it:
/// <c>models--OWNER--NAME/blobs</c> holds files by their hash, <c>snapshots/COMMIT</c> links to them by name, <c>refs/REVISION</c> names a
/// commit.
/// </summary>
public static class HubCache
{
    private const int LongestReference = 256;

    /// <summary>
    /// The cache's folder: HF_HUB_CACHE; otherwise <c>hub</c> in HF_HOME; otherwise <c>~/.cache/huggingface/hub</c>, with XDG_CACHE_HOME in
    /// place of <c>~/.cache</c> where that is set.
    /// </summary>
    public static string Folder
    {
        get
        {
            if (Variable("HF_HUB_CACHE") is { } cache) return Path.GetFullPath(cache);
            string home = Variable("HF_HOME") ?? Path.Combine(
                Variable("XDG_CACHE_HOME")
                    ?? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".cache"),
                "huggingface");
            return Path.GetFullPath(Path.Combine(home, "hub"));
        }
    }

    /// <summary>Whether a text has the form of a repository's name (<c>OWNER/NAME</c>, or <c>OWNER/NAME@REVISION</c>) and names no file or
    /// folder that exists.</summary>
    /// <param name="text">The text.</param>
    public static bool IsName(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return HubRepository.IsName(Split(text).Name) && !File.Exists(text) && !Directory.Exists(text);
    }

    /// <summary>The folder in which the cache has a repository's files; nothing is downloaded.</summary>
    /// <param name="name">Owner and name, such as <c>Qwen/Qwen2.5-VL-3B-Instruct</c>; a revision may follow after an @.</param>
    /// <param name="isDataSet">Whether it is a data set. Default false: a model.</param>
    /// <param name="folder">The cache; null for <see cref="Folder"/>.</param>
    /// <returns>The folder of the revision's files; null where the cache does not have it.</returns>
    /// <exception cref="ArgumentException">The text is no repository's name.</exception>
    public static string? Find(string name, bool isDataSet = false, string? folder = null)
    {
        ArgumentNullException.ThrowIfNull(name);
        (string plain, string revision) = Split(name);
        HubRepository repository = HubRepository.Of(plain, isDataSet);
        string place = Path.Combine(folder ?? Folder, repository.FolderName);
        string reference = Path.Combine(place, "refs", revision);
        string commit = IsInside(Path.Combine(place, "refs"), reference) && File.Exists(reference)
            ? InputFile.ReadText(reference, LongestReference).Trim()
            : revision;
        string snapshots = Path.Combine(place, "snapshots"), snapshot = Path.Combine(snapshots, commit);
        return commit.Length > 0 && IsInside(snapshots, snapshot) && Directory.Exists(snapshot) ? snapshot : null;
    }

    /// <summary>Name and revision of a text; the revision is main where none is named.</summary>
    internal static (string Name, string Revision) Split(string text) => text.IndexOf('@', StringComparison.Ordinal) is > 0 and int at
        ? (text[..at], text[(at + 1)..])
        : (text, HubDownloadOptions.DefaultRevision);

    private static bool IsInside(string folder, string path) =>
        Path.GetFullPath(path).StartsWith(Path.GetFullPath(folder) + Path.DirectorySeparatorChar, StringComparison.Ordinal);

    private static string? Variable(string name) => Environment.GetEnvironmentVariable(name) is { Length: > 0 } value ? value : null;
}
