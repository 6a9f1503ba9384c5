using System.Globalization;
using System.Security.Cryptography;
using PathVlm.MLNet.Data.Loading.Records;
using PathVlm.Modeling.Files;
using PathVlm.Modeling.Processing.Pictures;

namespace PathVlm.MLNet.Data.Loading;

/// <summary>
/// Writes pictures that lie inside a set's files to a folder, each once, named by its content, so that rows name files and a set's pictures
/// are not in memory.
/// </summary>
/// <param name="folder">The folder; null for the user's own.</param>
internal sealed class EmbeddedPictures(string? folder)
{
    private readonly string _folder = Path.GetFullPath(folder ?? Path.Combine(
        Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData, Environment.SpecialFolderOption.DoNotVerify),
        "pathvlm", "pictures"));

    /// <summary>A record whose bytes are in files.</summary>
    /// <exception cref="IOException">A file cannot be written.</exception>
    public DataRecord Stored(DataRecord record)
    {
        if (record.Fault is not null)
            return record;
        int largest = 0;
        DataValue row = Stored(record.Row, ref largest);
        return largest <= PictureFile.LargestFile ? record with { Row = row } : record with
        {
            Fault = string.Create(
                CultureInfo.InvariantCulture, $"holds {largest:N0} bytes in one value; expected at most {PictureFile.LargestFile:N0}"),
        };
    }

    private DataValue Stored(DataValue value, ref int largest)
    {
        switch (value.Kind)
        {
            case DataValueKind.Bytes when value.StoredFile is null:
                largest = Math.Max(largest, value.Bytes.Length);
                return value.Bytes.Length == 0 || value.Bytes.Length > PictureFile.LargestFile
                    ? DataValue.Null
                    : DataValue.OfStored(PathOf(value.Bytes));
            case DataValueKind.List when value.Items.Any(HoldsBytes):
                List<DataValue> items = [];
                foreach (DataValue item in value.Items)
                    items.Add(Stored(item, ref largest));
                return DataValue.OfList(items);
            case DataValueKind.Object when HoldsBytes(value):
                List<KeyValuePair<string, DataValue>> properties = [];
                foreach ((string name, DataValue property) in value.Properties)
                    properties.Add(KeyValuePair.Create(name, Stored(property, ref largest)));
                return DataValue.OfObject(properties);
            default:
                return value;
        }
    }

    private static bool HoldsBytes(DataValue value) => value.Kind == DataValueKind.Bytes
        || value.Items.Any(HoldsBytes) || value.Properties.Any(property => HoldsBytes(property.Value));

    private string PathOf(ReadOnlyMemory<byte> bytes)
    {
        string hash = Convert.ToHexStringLower(SHA256.HashData(bytes.Span));
        string inner = Path.Combine(_folder, hash[..2]), file = Path.Combine(inner, hash);
        if (File.Exists(file) && new FileInfo(file).Length == bytes.Length)
            return file;
        Directory.CreateDirectory(inner);
        AtomicFile.Write(file, path => File.WriteAllBytes(path, bytes.ToArray()));
        return file;
    }
}
