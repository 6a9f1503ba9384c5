using PathVlm.MLNet.Data.Loading.Records;

namespace PathVlm.MLNet.Data.Loading.Layouts;

/// <summary>The picture that a property names: a path, a list of one path, an object with a path or the file's bytes.</summary>
/// <param name="Field">The path, or what is wrong.</param>
/// <param name="StoredFile">The file that the picture was moved to, where the row itself held it.</param>
internal sealed record PictureCell(RawField Field, string? StoredFile = null)
{
    private static readonly string[] PathNames = ["path", "image", "file_name"];

    /// <summary>The first of the properties that holds something.</summary>
    public static PictureCell Of(DataValue row, IReadOnlyList<string> names)
    {
        string? name = names.FirstOrDefault(name => row[name] is { Kind: not DataValueKind.Null });
        return name is null ? new PictureCell(new RawField(names[0], null)) : Of(name, row[name]!);
    }

    /// <summary>A value as a picture.</summary>
    public static PictureCell Of(string name, DataValue value) => value.Kind switch
    {
        DataValueKind.List => value.Items.Count == 1
            ? Of(name, value.Items[0])
            : new PictureCell(new RawField(name, null, $"names {value.Items.Count} pictures; expected one")),
        DataValueKind.Object => OfObject(name, value),
        DataValueKind.Bytes => new PictureCell(new RawField(name, ""), value.StoredFile),
        DataValueKind.Text when IsAddress(value.Text) =>
            new PictureCell(new RawField(name, null, $"is the address [{value.Text}]; expected the path of a file")),
        _ => new PictureCell(RawField.Of(name, value)),
    };

    private static PictureCell OfObject(string name, DataValue value)
    {
        if (value["bytes"] is { Kind: DataValueKind.Bytes } bytes)
            return new PictureCell(new RawField(name, ""), bytes.StoredFile);
        DataValue? path = PathNames.Select(inner => value[inner])
            .FirstOrDefault(inner => inner is { Kind: DataValueKind.Text });
        return path is null
            ? new PictureCell(new RawField(name, null, $"is {value.Describe()}; expected a path, or an object with bytes or path"))
            : Of(name, path);
    }

    private static bool IsAddress(string? text) =>
        text is not null && (text.Contains("://", StringComparison.Ordinal) || text.StartsWith("data:", StringComparison.Ordinal));
}
