using System.Collections.Concurrent;
using PathVlm.Modeling.Processing.Pictures;

namespace PathVlm.MLNet.Data.Pictures;

/// <summary>Decodes many picture files, each once, on all cores.</summary>
internal static class PictureFiles
{
    /// <summary>What is made of each picture, and why others cannot be read.</summary>
    /// <param name="paths">The files; several rows may name one.</param>
    /// <param name="select">Makes something of a decoded picture; called by several threads.</param>
    /// <param name="cancellation">Stops between two pictures.</param>
    public static (IReadOnlyDictionary<string, T> Found, IReadOnlyDictionary<string, string> Faults) Decode<T>(
        IEnumerable<string> paths, Func<RgbPicture, T> select, CancellationToken cancellation)
    {
        ConcurrentDictionary<string, T> found = new(StringComparer.Ordinal);
        ConcurrentDictionary<string, string> faults = new(StringComparer.Ordinal);
        ParallelOptions options = new() { CancellationToken = cancellation, MaxDegreeOfParallelism = Environment.ProcessorCount };
        Parallel.ForEach(paths.Distinct(StringComparer.Ordinal), options, path =>
        {
            try
            {
                found[path] = select(PictureFile.Decode(path));
            }
            catch (Exception fault) when (fault is InvalidDataException or IOException or UnauthorizedAccessException or ArgumentException)
            {
                faults[path] = fault.Message;
            }
        });
        return (found, faults);
    }
}
