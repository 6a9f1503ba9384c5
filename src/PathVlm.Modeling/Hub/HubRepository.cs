using System.Text.RegularExpressions;

namespace PathVlm.Modeling.Hub;

/// <summary>A repository of a hub: a model or a data set, by owner and name.</summary>
internal sealed partial record HubRepository
{
    private HubRepository(string name, bool isDataSet) => (Name, IsDataSet) = (name, isDataSet);

    /// <summary>Owner and name, such as <c>Qwen/Qwen2.5-VL-3B-Instruct</c>.</summary>
    public string Name { get; }

    /// <summary>Whether it is a data set.</summary>
    public bool IsDataSet { get; }

    /// <summary>The repository's folder in a cache, as the hub's own library names it.</summary>
    public string FolderName => $"{(IsDataSet ? "datasets" : "models")}--{Name.Replace("/", "--", StringComparison.Ordinal)}";

    /// <summary>Where the hub describes a revision, files included.</summary>
    public string DescriptionOf(string revision) =>
        $"api/{(IsDataSet ? "datasets" : "models")}/{Name}/revision/{Uri.EscapeDataString(revision)}?blobs=true";

    /// <summary>Where the hub has a file.</summary>
    public string AddressOf(string commit, string path) =>
        $"{(IsDataSet ? "datasets/" : "")}{Name}/resolve/{commit}/{string.Join('/', path.Split('/').Select(Uri.EscapeDataString))}";

    /// <summary>Whether a text has the form of a repository's name: owner, a slash, a name.</summary>
    public static bool IsName(string text) => Form().IsMatch(text) && !text.Contains("--", StringComparison.Ordinal)
        && !text.Contains("..", StringComparison.Ordinal);

    /// <summary>A repository.</summary>
    /// <exception cref="ArgumentException">The text is no repository's name.</exception>
    public static HubRepository Of(string name, bool isDataSet) => IsName(name)
        ? new HubRepository(name, isDataSet)
        : throw new ArgumentException($"expected the name of a repository, such as Qwen/Qwen2.5-VL-3B-Instruct, got [{name}]");

    [GeneratedRegex(@"\A[A-Za-z0-9][A-Za-z0-9._-]{0,95}/[A-Za-z0-9][A-Za-z0-9._-]{0,95}\z")]
    private static partial Regex Form();
}
