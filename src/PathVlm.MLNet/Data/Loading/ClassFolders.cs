using PathVlm.MLNet.Data.Loading.Layouts;

namespace PathVlm.MLNet.Data.Loading;

/// <summary>
/// Pictures in a folder for each class, perhaps below a folder for each split: a row for each picture, the classes its options.
/// </summary>
internal static class ClassFolders
{
    private static readonly string[] Pictures = [".png", ".jpg", ".jpeg", ".webp", ".bmp", ".gif", ".tif", ".tiff"];

    /// <summary>The layout's name in messages.</summary>
    public const string Name = "folders of pictures by class";

    /// <summary>The rows of a folder; none where it is not laid out so.</summary>
    public static IReadOnlyList<RawRow> Read(string folder, string question)
    {
        (string Path, string Split)[] roots = [.. Directory.EnumerateDirectories(folder).Order(StringComparer.Ordinal)
            .Select(inner => (inner, SplitNames.Of(Path.GetFileName(inner)) ?? ""))];
        bool hasSplits = roots.Length > 0 && roots.All(root => root.Split.Length > 0);
        (string File, string Class, string Split)[] found =
            [.. (hasSplits ? roots : [(folder, "")]).SelectMany(root => PicturesIn(folder, root.Path, root.Split))];
        string[] classes = [.. found.Select(picture => picture.Class).Distinct().Order(StringComparer.Ordinal)];
        return classes.Length < 2
            ? []
            : [.. found.Select(picture => new RawRow(picture.File.Replace('\\', '/'))
            {
                Image = new RawField("image", picture.File),
                Question = new RawField("question", question),
                Options = new RawField("options", ""),
                OptionTexts = classes,
                Unlabelled = true,
                Answer = new RawField("answer", picture.Class),
                Split = picture.Split,
            })];
    }

    // Files by their path from the set's folder.
    private static IEnumerable<(string File, string Class, string Split)> PicturesIn(string folder, string root, string split) =>
        from inner in Directory.EnumerateDirectories(root).Order(StringComparer.Ordinal)
        from file in Directory.EnumerateFiles(inner).Order(StringComparer.Ordinal)
        where Pictures.Contains(Path.GetExtension(file).ToLowerInvariant())
        select (Path.GetRelativePath(folder, file), Path.GetFileName(inner), split);
}
