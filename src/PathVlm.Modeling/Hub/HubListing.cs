using System.IO.Enumeration;
using System.Text.Json;
using PathVlm.Modeling.Files;

namespace PathVlm.Modeling.Hub;

/// <summary>A revision as the hub describes it.</summary>
/// <param name="Commit">Its commit.</param>
/// <param name="License">The licence; null where none is stated.</param>
/// <param name="Files">Its files.</param>
internal sealed record HubListing(string Commit, string? License, IReadOnlyList<HubFile> Files)
{
    private const int LongestPath = 1024;

    // What a checkpoint is loaded from, and what says how it may be used. Other weights of it are copies, or run code when they are loaded.
    private static readonly string[] OfModels =
        ["*.json", "*.safetensors", "*.txt", "*.jinja", "*.md", "LICENSE*", "NOTICE*", "*.model"];

    /// <summary>Reads the hub's description (siblings with blobId, size and lfs.sha256; sha; cardData).</summary>
    /// <param name="json">The description.</param>
    /// <param name="where">Names the hub and the repository in a message.</param>
    /// <exception cref="InvalidDataException">It is no such description; the message says why.</exception>
    public static HubListing Read(JsonElement json, string where)
    {
        string commit = Text(json, "sha") ?? "";
        if (!IsHash(commit, 40)) throw new InvalidDataException($"{where}: sha: expected a commit of 40 digits, got [{Shown(commit)}]");
        if (!json.TryGetProperty("siblings", out JsonElement siblings) || siblings.ValueKind != JsonValueKind.Array)
            throw new InvalidDataException($"{where}: siblings: expected a list of files, got none");
        HubFile[] files = [.. siblings.EnumerateArray().Select(sibling => FileOf(sibling, where))];
        if (files.GroupBy(file => file.Path, StringComparer.Ordinal).FirstOrDefault(same => same.Count() > 1) is { } twice)
            throw new InvalidDataException($"{where}: expected each file once, got [{Shown(twice.Key)}] twice");
        return new HubListing(commit, LicenseOf(json), files);
    }

    /// <summary>The files that options ask for.</summary>
    public IReadOnlyList<HubFile> Wanted(HubDownloadOptions options)
    {
        IReadOnlyList<string> patterns = options.Files ?? (options.IsDataSet ? ["*"] : OfModels);
        return [.. Files.Where(file => patterns.Any(pattern => FileSystemName.MatchesSimpleExpression(pattern, file.Path)))];
    }

    private static HubFile FileOf(JsonElement sibling, string where)
    {
        string path = Text(sibling, "rfilename") ?? "";
        string[] parts = path.Split('/');
        bool isPlain = parts.All(part => part is not ("" or "." or "..")) && !path.Any(char.IsControl) && path.Length <= LongestPath
            && path.AsSpan().IndexOfAny("\\:") < 0;
        if (!isPlain) throw new InvalidDataException($"{where}: rfilename: expected a path inside the repository, got [{Shown(path)}]");
        bool isLarge = sibling.TryGetProperty("lfs", out JsonElement lfs) && lfs.ValueKind == JsonValueKind.Object;
        string hash = (isLarge ? Text(lfs, "sha256") ?? Text(lfs, "oid") : Text(sibling, "blobId")) ?? "";
        if (!IsHash(hash, isLarge ? 64 : 40))
            throw new InvalidDataException(
                $"{where}: {Shown(path)}: expected {(isLarge ? "a SHA-256 of 64" : "a blob of 40")} digits, got [{Shown(hash)}]");
        if (!(isLarge ? lfs : sibling).TryGetProperty("size", out JsonElement size) || !size.TryGetInt64(out long bytes) || bytes < 0)
            throw new InvalidDataException($"{where}: {Shown(path)}: size: expected a number of bytes, got none");
        return new HubFile(path, bytes, hash);
    }

    private static string? LicenseOf(JsonElement json)
    {
        if (!json.TryGetProperty("cardData", out JsonElement card) || card.ValueKind != JsonValueKind.Object) return null;
        string? name = Text(card, "license_name") ?? Text(card, "license") ?? Texts(card, "license");
        string? link = Text(card, "license_link");
        return name is null ? link is null ? null : Shown(link) : link is null ? Shown(name) : $"{Shown(name)} ({Shown(link)})";
    }

    private static string? Text(JsonElement owner, string name) =>
        owner.ValueKind == JsonValueKind.Object && owner.TryGetProperty(name, out JsonElement value)
            && value.ValueKind == JsonValueKind.String
            ? value.GetString()
            : null;

    // Data sets may state several.
    private static string? Texts(JsonElement owner, string name) =>
        owner.TryGetProperty(name, out JsonElement list) && list.ValueKind == JsonValueKind.Array && list.GetArrayLength() > 0
            ? string.Join(
                ", ", list.EnumerateArray().Where(each => each.ValueKind == JsonValueKind.String).Select(each => each.GetString()))
            : null;

    private static bool IsHash(string text, int digits) => text.Length == digits && text.All(char.IsAsciiHexDigitLower);

    private static string Shown(string text) => MessageLine.Value(text);
}
