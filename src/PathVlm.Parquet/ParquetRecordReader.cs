using Parquet;
using Parquet.Serialization;
using PathVlm.MLNet.Data.Faults;
using PathVlm.MLNet.Data.Loading;
using PathVlm.MLNet.Data.Loading.Records;
using PathVlm.Modeling.Files;

namespace PathVlm.Parquet;

/// <summary>
/// Reads the rows of Parquet files, a row group at a time: texts, numbers, lists, structures, bytes. Numbers of a column that Hugging
/// Face's metadata declares as classes become the names of the classes. Add it to <see cref="PathologyLoadOptions.Readers"/>.
/// </summary>
/// <remarks>
/// A file is validated before it is decoded (<see cref="ParquetBounds"/>), so that a damaged or hostile one is refused instead of filling
/// memory. Safe for use by several threads at once.
/// </remarks>
public sealed class ParquetRecordReader : IRecordReader
{
    /// <inheritdoc/>
    public IReadOnlyList<string> Extensions { get; } = [".parquet"];

    /// <inheritdoc/>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    public IEnumerable<DataRecord> Read(string file)
    {
        ArgumentException.ThrowIfNullOrEmpty(file);
        return ReadOpened(file);
    }

    private static IEnumerable<DataRecord> ReadOpened(string file)
    {
        using FileStream stream = InputFile.OpenStream(file);
        (int groups, ClassNames classes) = Guarded(file, () => Open(stream, file));
        int number = 0;
        for (int group = 0; group < groups; group++)
            foreach (IDictionary<string, object?> row in Guarded(file, () => RowsOf(stream, group)))
                yield return new DataRecord(file, $"row {++number}", ParquetValues.RowOf(row, classes));
    }

    private static (int Groups, ClassNames Classes) Open(Stream stream, string file)
    {
        ParquetBounds.CheckFooter(stream);
        ParquetReader reader = Wait(ParquetReader.CreateAsync(stream, leaveStreamOpen: true));
        try
        {
            ParquetBounds.CheckPages(stream, reader.Metadata
                ?? throw new InvalidDataException($"{file}: has no metadata"));
            return (reader.RowGroupCount, ClassNames.Of(reader.CustomMetadata));
        }
        finally
        {
            reader.DisposeAsync().AsTask().GetAwaiter().GetResult();
        }
    }

    private static IEnumerable<IDictionary<string, object?>> RowsOf(Stream stream, int group)
    {
        stream.Position = 0;
        return Wait(ParquetSerializer.DeserializeUntypedAsync(stream, rowGroupIndex: group)).Data!;
    }

    // Whatever the library meets in a damaged file becomes one line that names the file.
    private static T Guarded<T>(string file, Func<T> read)
    {
        try
        {
            return read();
        }
        catch (InvalidDataException fault)
        {
            throw DataFault.Create($"{file}: is no whole Parquet file: {fault.Message}", innerException: fault);
        }
        catch (Exception fault) when (fault is not (OutOfMemoryException or OperationCanceledException))
        {
            throw DataFault.Create($"{file}: is no Parquet file that can be read: {fault.Message}", innerException: fault);
        }
    }

    private static T Wait<T>(Task<T> task) => task.GetAwaiter().GetResult();
}
