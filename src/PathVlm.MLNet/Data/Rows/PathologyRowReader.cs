using Microsoft.ML;
using Microsoft.ML.Data;
using PathVlm.MLNet.Answers;
using PathVlm.MLNet.Data.Faults;
using PathVlm.MLNet.Data.Pictures;
using PathVlm.Modeling.Processing.Pictures;

namespace PathVlm.MLNet.Data.Rows;

/// <summary>Reads the row that a cursor (or a prediction engine's row) stands on.</summary>
/// <remarks>
/// <see cref="PathologyColumns.Question"/> is always needed. <see cref="PathologyColumns.Options"/> may be missing or empty: where the
/// question's last lines are <c>A) …</c>, <c>B) …</c> and so on, they are its options and are cut from it, so that both forms give one
/// prompt; otherwise the row has none, which only a reader without <see cref="PathologyRowNeeds.Answer"/> takes. Options without labels are
/// lettered; a bare letter as the answer is completed (<see cref="AnswerOptions"/>). All other columns may be missing where they are not
/// asked for.
/// </remarks>
internal sealed class PathologyRowReader
{
    private readonly DataViewRow _row;
    private readonly PathologyRowNeeds _needs;
    private readonly Dictionary<string, ValueGetter<ReadOnlyMemory<char>>> _texts = [];
    private readonly ValueGetter<VBuffer<ReadOnlyMemory<char>>>? _options;
    private readonly ValueGetter<MLImage>? _image;
    private VBuffer<ReadOnlyMemory<char>> _optionBuffer;
    private MLImage? _imageBuffer;

    /// <summary>Binds to a row.</summary>
    /// <param name="row">A row whose columns of <see cref="PathologySchema.Columns"/> are active; it stays the caller's.</param>
    /// <param name="needs">What each row must have.</param>
    /// <exception cref="ArgumentOutOfRangeException">A needed column is missing or has another type.</exception>
    public PathologyRowReader(DataViewRow row, PathologyRowNeeds needs)
    {
        ArgumentNullException.ThrowIfNull(row);
        PathologySchema.Check(row.Schema, needs);
        _row = row;
        _needs = needs;
        foreach (DataViewSchema.Column column in PathologySchema.Columns(row.Schema, needs))
        {
            if (column.Name == PathologyColumns.Image)
                _image = row.GetGetter<MLImage>(column);
            else if (column.Name == PathologyColumns.Options)
                _options = row.GetGetter<VBuffer<ReadOnlyMemory<char>>>(column);
            else
                _texts[column.Name] = row.GetGetter<ReadOnlyMemory<char>>(column);
        }
    }

    /// <summary>Whether the view has the column <see cref="PathologyColumns.Stage"/>.</summary>
    public bool HasStage => _texts.ContainsKey(PathologyColumns.Stage);

    /// <summary>The current row's stage; empty where there is no such column.</summary>
    public string Stage() => Text(PathologyColumns.Stage);

    /// <summary>The current row.</summary>
    /// <exception cref="InvalidDataException">The row lacks a value, or its options and answer do not fit.</exception>
    public PathologyRow Read()
    {
        PathologyQuestion question = ReadQuestion(out AnswerOptions? options);
        RgbPicture? picture = _image is null ? null : ReadPicture(Name(question.Id));
        return options is null
            ? new PathologyRow(_row.Position, question, picture)
            : new PathologyRow(_row.Position, question, picture) { Scorer = new AnswerScorer(options, question.Answer) };
    }

    private PathologyQuestion ReadQuestion(out AnswerOptions? fitted)
    {
        string id = Text(PathologyColumns.Id), text = Text(PathologyColumns.Question), answer = Text(PathologyColumns.Answer);
        if (string.IsNullOrWhiteSpace(text))
            throw Fault(id, PathologyColumns.Question, "is blank; expected a question");
        IReadOnlyList<string> options = ReadOptions();
        if (options.Count == 0)
            (text, options) = AnswerOptions.CutFrom(text);
        fitted = _needs.HasFlag(PathologyRowNeeds.Answer) || options.Count > 0 ? Fit(id, options, answer) : null;
        string explanation = Text(PathologyColumns.Explanation);
        if (_needs.HasFlag(PathologyRowNeeds.Explanation) && string.IsNullOrWhiteSpace(explanation))
            throw Fault(id, PathologyColumns.Explanation, "is blank; fine-tuning needs a reasoning to teach");
        return new PathologyQuestion(
            id, Text(PathologyColumns.ImagePath), text, fitted?.Options ?? options, fitted?.Answer ?? answer, explanation,
            Text(PathologyColumns.Subset), HasStage ? Stage() : null)
        {
            Group = Text(PathologyColumns.Group),
        };
    }

    private AnswerOptions Fit(string id, IReadOnlyList<string> options, string answer)
    {
        bool answerNeeded = _needs.HasFlag(PathologyRowNeeds.Answer);
        if (options.Count == 0)
            throw DataFault.Create(
                $"{Name(id)}: column [{PathologyColumns.Options}] is empty: an open question, which cannot be scored by letter",
                DataRemedy.SkipOpenQuestions);
        AnswerOptions fitted = AnswerOptions.Read(options, answerNeeded || answer.Length > 0 ? answer : null);
        if (fitted.BlockingFault is { } fault && (answerNeeded || fault.Field == OptionField.Options))
            throw Fault(id, ColumnOf(fault.Field), fault.Message);
        return fitted;
    }

    private static string ColumnOf(OptionField field) => field == OptionField.Options ? PathologyColumns.Options : PathologyColumns.Answer;

    private string[] ReadOptions()
    {
        if (_options is null)
            return [];
        _options(ref _optionBuffer);
        return [.. _optionBuffer.DenseValues().Select(option => option.ToString())];
    }

    private RgbPicture ReadPicture(string name)
    {
        _image!(ref _imageBuffer!);
        if (_imageBuffer is null)
            throw new InvalidDataException($"{name}: column [{PathologyColumns.Image}] holds no picture");
        return MLImages.ToPicture(_imageBuffer);
    }

    private string Text(string column)
    {
        if (!_texts.TryGetValue(column, out ValueGetter<ReadOnlyMemory<char>>? getter))
            return "";
        ReadOnlyMemory<char> value = default;
        getter(ref value);
        return value.ToString();
    }

    private string Name(string id) => id.Length > 0 ? $"row [{id}]" : $"row {_row.Position}";

    private InvalidDataException Fault(string id, string column, string message) =>
        new($"{Name(id)}: column [{column}] {message}");
}
