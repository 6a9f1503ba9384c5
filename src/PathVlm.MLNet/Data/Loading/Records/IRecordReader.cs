namespace PathVlm.MLNet.Data.Loading.Records;

/// <summary>Reads the rows of a kind of file; implement it to load further kinds (<c>PathologyLoadOptions.Readers</c>).</summary>
public interface IRecordReader
{
    /// <summary>Ends of the file names that it reads, in lower case with their dot.</summary>
    IReadOnlyList<string> Extensions { get; }

    /// <summary>The rows of a file, read while they are enumerated.</summary>
    /// <param name="file">The file.</param>
    /// <exception cref="InvalidDataException">The file is not what its name says.</exception>
    IEnumerable<DataRecord> Read(string file);
}
