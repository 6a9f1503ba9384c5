using Microsoft.ML;
using PathVlm.MLNet.Data.Pictures;
using PathVlm.MLNet.Data.Rows;
using PathVlm.Modeling.Processing.Pictures;

namespace PathVlm.MLNet.Data.Splitting;

/// <summary>A row with what is made of its picture.</summary>
/// <param name="Row">The row's name.</param>
/// <param name="Stage">Its stage; empty where it has none.</param>
/// <param name="Split">The set's own split that it is of; empty where it is of none.</param>
/// <param name="Group">Its patient, case or slide; empty where it is not known.</param>
/// <param name="Picture">What is made of its picture.</param>
internal sealed record RowPicture<T>(string Row, string Stage, string Split, string Group, T Picture)
{
    /// <summary>The rows in order. Of a view of ours each picture file is decoded once, on all cores.</summary>
    /// <param name="data">Rows with pictures.</param>
    /// <param name="select">Makes something of a picture; called by several threads.</param>
    /// <param name="known">What a loader has made of pictures already, by path; null for nothing.</param>
    /// <param name="cancellation">Stops between two pictures.</param>
    /// <exception cref="InvalidDataException">A picture cannot be read; all that cannot are named.</exception>
    public static RowPicture<T>[] OfRows(
        IDataView data, Func<RgbPicture, T> select, Func<PathologyDataView, IReadOnlyDictionary<string, T>>? known,
        CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(data);
        IDataView rows = data is PathologySplit split ? split.Rows : data;
        return rows is PathologyDataView view
            ? OfFiles(view, select, known?.Invoke(view), cancellation)
            : [.. PathologyRows.Read(rows, PathologyRowNeeds.Image, null, cancellation)
                .Select(row => Of(row.Question, row.Name, select(row.RequiredPicture)))];
    }

    private static RowPicture<T>[] OfFiles(
        PathologyDataView view, Func<RgbPicture, T> select, IReadOnlyDictionary<string, T>? known, CancellationToken cancellation)
    {
        IEnumerable<string> paths = view.Questions.Select(row => row.ImagePath).Where(path => known?.ContainsKey(path) != true);
        (IReadOnlyDictionary<string, T> found, IReadOnlyDictionary<string, string> faults) =
            PictureFiles.Decode(paths, select, cancellation);
        if (faults.Count > 0)
            throw new LoadReport(0, [.. view.Questions.Where(row => faults.ContainsKey(row.ImagePath)).Select(row => new RowFault(
                "pictures", row.Id, PathologyColumns.Image, faults[row.ImagePath]))]).ToException();
        return [.. view.Questions.Select(row => Of(
            row, row.Id, known?.TryGetValue(row.ImagePath, out T? made) == true ? made : found[row.ImagePath]))];
    }

    private static RowPicture<T> Of(PathologyQuestion row, string name, T picture) =>
        new(name, row.Stage ?? "", row.Split, row.Group, picture);
}
