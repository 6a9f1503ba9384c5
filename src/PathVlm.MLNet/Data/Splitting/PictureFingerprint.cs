using System.Collections.Concurrent;
using Microsoft.ML;
using PathVlm.MLNet.Data.Pictures;
using PathVlm.MLNet.Data.Rows;
using PathVlm.Modeling.Processing.Pictures;

namespace PathVlm.MLNet.Data.Splitting;

/// <summary>The hashes of a row's picture.</summary>
/// <param name="Exact">Of the decoded pixels (<see cref="PictureHash"/>).</param>
/// <param name="Orientations">Difference hashes of the eight orientations, as it is first (<see cref="DifferenceHash"/>).</param>
internal sealed record PictureFingerprint(string Exact, ulong[] Orientations)
{
    /// <summary>The fingerprint of each row's picture, in order. A view of ours has each file decoded once, on all cores.</summary>
    public static PictureFingerprint[] OfRows(IDataView data, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(data);
        IDataView rows = data is PathologySplit split ? split.Rows : data;
        return rows is PathologyDataView view ? OfFiles(view, cancellation) : [.. OfPictures(rows, cancellation)];
    }

    private static PictureFingerprint Of(RgbPicture picture) => new(PictureHash.Of(picture), DifferenceHash.OfOrientations(picture));

    private static PictureFingerprint[] OfFiles(PathologyDataView view, CancellationToken cancellation)
    {
        var files = new ConcurrentDictionary<string, PictureFingerprint>(StringComparer.Ordinal);
        var options = new ParallelOptions { CancellationToken = cancellation, MaxDegreeOfParallelism = Environment.ProcessorCount };
        try
        {
            Parallel.ForEach(view.Questions.DistinctBy(question => question.ImagePath), options,
                question => files[question.ImagePath] = Of(QuestionColumns.Decode(question)));
        }
        catch (AggregateException faults) when (faults.InnerExceptions[0] is InvalidDataException)
        {
            throw new InvalidDataException(faults.InnerExceptions[0].Message, faults);
        }
        return [.. view.Questions.Select(question => files[question.ImagePath])];
    }

    private static IEnumerable<PictureFingerprint> OfPictures(IDataView data, CancellationToken cancellation)
    {
        foreach (PathologyRow row in PathologyRows.Read(data, PathologyRowNeeds.Image, null, cancellation))
            yield return Of(row.RequiredPicture);
    }
}
