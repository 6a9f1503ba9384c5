using Microsoft.ML;
using PathVlm.MLNet.Data.Pictures;
using PathVlm.MLNet.Data.Rows;
using PathVlm.MLNet.Data.Splitting;
using PathVlm.MLNet.Inference.Answering;
using PathVlm.MLNet.Inference.Bases;

namespace PathVlm.MLNet;

/// <summary>Finds rows whose pictures a model was trained on: an accuracy over them says nothing about other pictures.</summary>
public static class TrainedRows
{
    /// <summary>Names of the rows that show a picture that the model was trained on.</summary>
    /// <param name="rows">Rows with pictures.</param>
    /// <param name="model">A fitted model; one that was loaded from a checkpoint folder does not know its pictures.</param>
    /// <param name="cancellation">Stops between two pictures.</param>
    /// <exception cref="InvalidDataException">A picture cannot be read.</exception>
    public static IReadOnlyList<string> Find(IDataView rows, PathologyTransformer model, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(model);
        return Find(rows, model.TrainedPictures, cancellation);
    }

    /// <summary>
    /// As <see cref="Find(IDataView, PathologyTransformer, CancellationToken)"/>, of a zip, whose weights are not loaded.
    /// </summary>
    /// <param name="rows">Rows with pictures.</param>
    /// <param name="zip">A zip that Model.Save wrote, or a checkpoint folder, of which nothing is known.</param>
    /// <param name="cancellation">Stops between two pictures.</param>
    /// <exception cref="InvalidDataException">A picture cannot be read, or the zip is damaged.</exception>
    public static IReadOnlyList<string> Find(IDataView rows, string zip, CancellationToken cancellation = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(zip);
        return Directory.Exists(zip) ? [] : Find(rows, TrainedPictures.OfZip(zip), cancellation);
    }

    /// <summary>Names of the test rows that show a picture of a row of another stage.</summary>
    /// <param name="rows">Rows with pictures and stages; none are found where they have no stages.</param>
    /// <param name="cancellation">Stops between two pictures.</param>
    /// <exception cref="InvalidDataException">A picture cannot be read.</exception>
    public static IReadOnlyList<string> FindInOtherStages(IDataView rows, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(rows);
        RowPicture<string>[] pictures = NamedPictures(rows, cancellation);
        HashSet<string> trained = [.. pictures.Where(row => row.Stage is not ("" or PathologyStages.Test)).Select(row => row.Picture)];
        return [.. pictures.Where(row => row.Stage == PathologyStages.Test && trained.Contains(row.Picture)).Select(row => row.Row)];
    }

    /// <summary>Names of the rows that show a picture of a row of another set that models are trained on.</summary>
    /// <param name="rows">Rows with pictures.</param>
    /// <param name="training">The other set; its rows of the stage Test are passed over.</param>
    /// <param name="cancellation">Stops between two pictures.</param>
    /// <exception cref="InvalidDataException">A picture cannot be read.</exception>
    public static IReadOnlyList<string> FindInSet(IDataView rows, IDataView training, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(training);
        return Find(
            rows, NamedPictures(training, cancellation).Where(row => row.Stage != PathologyStages.Test).Select(row => row.Picture)
                .ToHashSet(StringComparer.Ordinal), cancellation);
    }

    private static RowPicture<string>[] NamedPictures(IDataView rows, CancellationToken cancellation) =>
        RowPicture<string>.OfRows(rows, PictureHash.Of, view => view.PictureHashes, cancellation);

    private static IReadOnlyList<string> Find(IDataView rows, IReadOnlySet<string> pictures, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(rows);
        return pictures.Count == 0 ? []
            : [.. NamedPictures(rows, cancellation).Where(row => pictures.Contains(row.Picture)).Select(row => row.Row)];
    }
}
