using Microsoft.ML;
using PathVlm.MLNet.Data.Pictures;
using PathVlm.MLNet.Views;

namespace PathVlm.MLNet.Data.Rows;

/// <summary>
/// Questions as an ML.NET data view. Texts are in memory; a picture is decoded when a getter of
/// <see cref="PathologyColumns.Image"/> asks for it, and again each time it does.
/// </summary>
/// <remarks>
/// The column <see cref="PathologyColumns.Stage"/> exists only where a question names one, <see cref="PathologyColumns.Group"/> only where
/// one names a group. A getter of the image column disposes the image
/// that it finds in the variable it fills, as ML.NET's own image loader does.
/// </remarks>
public sealed class PathologyDataView : IDataView
{
    private readonly MappedColumns<PathologyQuestion> _columns;

    static PathologyDataView() => ImageColumns.Register();

    /// <summary>Makes a view over questions.</summary>
    /// <param name="questions">The rows, in their order.</param>
    /// <exception cref="ArgumentException">A question, or a text of it, is null.</exception>
    public PathologyDataView(IEnumerable<PathologyQuestion> questions)
    {
        ArgumentNullException.ThrowIfNull(questions);
        Questions = [.. questions];
        for (int row = 0; row < Questions.Count; row++)
            if (FirstNull(Questions[row]) is string name)
                throw new ArgumentException($"row {row}: expected a value for {name}, got null; only Stage may be null", nameof(questions));
        _columns = QuestionColumns.Of(Questions);
        LoadReport = new LoadReport(Questions.Count, []);
    }

    /// <summary>The rows.</summary>
    public IReadOnlyList<PathologyQuestion> Questions { get; }

    /// <summary>What the loader that made the view read and left out; without faults for a view made by hand.</summary>
    public LoadReport LoadReport { get; init; }

    /// <summary>Hashes of decoded pixels by the picture's path, of pictures that a loader has checked.</summary>
    internal IReadOnlyDictionary<string, string> PictureHashes { get; init; } = new Dictionary<string, string>();

    /// <summary>Other rows over the same pictures, such as some of these rows or these rows with stages.</summary>
    /// <param name="questions">The rows, in their order.</param>
    /// <returns>A view with this view's <see cref="LoadReport"/>; pictures that were checked are not checked again.</returns>
    /// <exception cref="ArgumentException">A question, or a text of it, is null.</exception>
    public PathologyDataView With(IEnumerable<PathologyQuestion> questions) =>
        new(questions) { LoadReport = LoadReport, PictureHashes = PictureHashes };

    /// <inheritdoc/>
    public DataViewSchema Schema => _columns.Schema;

    /// <inheritdoc/>
    public bool CanShuffle => true;

    /// <inheritdoc/>
    public long? GetRowCount() => Questions.Count;

    /// <inheritdoc/>
    public DataViewRowCursor GetRowCursor(IEnumerable<DataViewSchema.Column> columnsNeeded, Random? rand = null) =>
        GetRowCursorSet(columnsNeeded, 1, rand)[0];

    /// <inheritdoc/>
    public DataViewRowCursor[] GetRowCursorSet(IEnumerable<DataViewSchema.Column> columnsNeeded, int n, Random? rand = null)
    {
        ArgumentNullException.ThrowIfNull(columnsNeeded);
        bool[] active = _columns.Activate(columnsNeeded);
        int[] order = new int[Questions.Count];
        for (int row = 0; row < order.Length; row++)
            order[row] = row;
        rand?.Shuffle(order);
        int batches = (order.Length + PathologyDataViewCursor.BatchRows - 1) / PathologyDataViewCursor.BatchRows;
        var cursors = new DataViewRowCursor[Math.Clamp(n, 1, Math.Max(1, batches))];
        for (int index = 0; index < cursors.Length; index++)
            cursors[index] = new PathologyDataViewCursor(Questions, _columns, active, order, index, cursors.Length);
        return cursors;
    }

    private static string? FirstNull(PathologyQuestion? question) => question switch
    {
        null => "the question",
        { Id: null } => nameof(question.Id),
        { ImagePath: null } => nameof(question.ImagePath),
        { Question: null } => nameof(question.Question),
        { Options: null } => nameof(question.Options),
        { Answer: null } => nameof(question.Answer),
        { Explanation: null } => nameof(question.Explanation),
        { Subset: null } => nameof(question.Subset),
        { Group: null } => nameof(question.Group),
        { Split: null } => nameof(question.Split),
        _ => question.Options.Any(option => option is null) ? "an option" : null,
    };
}
