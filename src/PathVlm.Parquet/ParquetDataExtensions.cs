using PathVlm.MLNet.Data;
using PathVlm.MLNet.Data.Loading;
using PathVlm.MLNet.Data.Rows;

namespace PathVlm.Parquet;

/// <summary>Loads Parquet files: <c>mlContext.Pathology().Data.LoadParquet(path)</c>.</summary>
public static class ParquetDataExtensions
{
    /// <summary>
    /// Loads a set of Parquet files, as Hugging Face's hub keeps them; rows have any layout that <see cref="PathologyDataCatalog.Load"/>
    /// recognises, pictures as <c>{bytes, path}</c>. Pictures are written to <see cref="PathologyLoadOptions.PictureCache"/>, each once.
    /// </summary>
    /// <param name="data">The catalog.</param>
    /// <param name="path">A file, or a folder of one, or of files named as splits (<c>train-00000-of-00002.parquet</c>).</param>
    /// <param name="options">Parts to take, faulty rows; null for the defaults. They are read, not kept.</param>
    /// <exception cref="FileNotFoundException">There is nothing at the path.</exception>
    /// <exception cref="ArgumentException">Several files could be meant, or a part was asked for and is not there.</exception>
    /// <exception cref="InvalidDataException">A file is damaged or too large, its layout is not known, or a row cannot be used.</exception>
    public static PathologyDataView LoadParquet(this PathologyDataCatalog data, string path, PathologyLoadOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(data);
        PathologyLoadOptions copy = options?.Copy() ?? new PathologyLoadOptions();
        copy.Readers = [.. copy.Readers, new ParquetRecordReader()];
        return data.Load(path, copy);
    }
}
