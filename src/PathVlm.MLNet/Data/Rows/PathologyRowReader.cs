using Microsoft.ML;
using Microsoft.ML.Data;
using PathVlm.MLNet.Answers;
using PathVlm.Modeling.Processing.Pictures;

namespace PathVlm.MLNet.Data.Rows;

/// <summary>Reads the row that a cursor (or a prediction engine's row) stands on.</summary>
/// <remarks>
/// <see cref="PathologyColumns.Question"/> is always needed. <see cref="PathologyColumns.Options"/> may be missing or empty: where the
/// question's last lines are <c>A) …</c>, <c>B) …</c> and so on, they are its options and are cut from it, so that both forms give one prompt;
/// otherwise the row has none, which only a reader without <see cref="PathologyRowNeeds.Answer"/> takes. Options without labels are lettered;
/// a bare letter as the answer is completed (<see cref="AnswerOptions"/>). All other columns may be missing where they are not asked for.
/// </remarks>
public sealed class PathologyRowReader
{
    private readonly DataViewRow row;
    private readonly PathologyRowNeeds needs;
    private readonly Dictionary<string, ValueGetter<ReadOnlyMemory<char>>> texts = [];
    private readonly ValueGetter<VBuffer<ReadOnlyMemory<char>>>? options;
    private readonly ValueGetter<MLImage>? image;
    private VBuffer<ReadOnlyMemory<char>> optionBuffer;
    private MLImage? imageBuffer;

    /// <summary>Binds to a row.</summary>
    /// <param name="row">A row whose columns of <see cref="PathologySchema.Columns"/> are active; it stays the caller's.</param>
    /// <param name="needs">What each row must have.</param>
    /// <exception cref="ArgumentOutOfRangeException">A needed column is missing or has another type.</exception>
    public PathologyRowReader(DataViewRow row, PathologyRowNeeds needs)
    {
        ArgumentNullException.ThrowIfNull(row);
        PathologySchema.Check(row.Schema, needs);
        this.row = row;
        this.needs = needs;
        foreach (DataViewSchema.Column column in PathologySchema.Columns(row.Schema, needs))
        {
            if (column.Name == PathologyColumns.Image)
                image = row.GetGetter<MLImage>(column);
            else if (column.Name == PathologyColumns.Options)
                options = row.GetGetter<VBuffer<ReadOnlyMemory<char>>>(column);
            else
                texts[column.Name] = row.GetGetter<ReadOnlyMemory<char>>(column);
        }
    }

    /// <summary>Whether the view has the column <see cref="PathologyColumns.Stage"/>.</summary>
    public bool HasStage => texts.ContainsKey(PathologyColumns.Stage);

    /// <summary>The current row's stage; empty where there is no such column.</summary>
    public string Stage() => Text(PathologyColumns.Stage);

    /// <summary>The current row.</summary>
    /// <exception cref="InvalidDataException">The row lacks a value, or its options and answer do not fit.</exception>
    public PathologyRow Read()
    {
        PathologyQuestion question = ReadQuestion();
        return new PathologyRow(row.Position, question, image is null ? null : ReadPicture(Name(question.Id)));
    }

    private PathologyQuestion ReadQuestion()
    {
        string id = Text(PathologyColumns.Id), text = Text(PathologyColumns.Question), answer = Text(PathologyColumns.Answer);
        if (string.IsNullOrWhiteSpace(text))
            throw Fault(id, PathologyColumns.Question, "is blank; a question is taken");
        IReadOnlyList<string> options = ReadOptions();
        if (options.Count == 0)
            (text, options) = AnswerOptions.CutFrom(text);
        if (needs.HasFlag(PathologyRowNeeds.Answer) || options.Count > 0)
            (options, answer) = Fit(id, options, answer);
        string explanation = Text(PathologyColumns.Explanation);
        if (needs.HasFlag(PathologyRowNeeds.Explanation) && string.IsNullOrWhiteSpace(explanation))
            throw Fault(id, PathologyColumns.Explanation, "is blank; fine-tuning needs a reasoning to teach");
        return new PathologyQuestion(id, Text(PathologyColumns.ImagePath), text, options, answer, explanation,
            Text(PathologyColumns.Subset), HasStage ? Stage() : null);
    }

    private (IReadOnlyList<string> Options, string Answer) Fit(string id, IReadOnlyList<string> options, string answer)
    {
        bool answerNeeded = needs.HasFlag(PathologyRowNeeds.Answer);
        AnswerOptions fitted = AnswerOptions.Read(options, answerNeeded || answer.Length > 0 ? answer : null);
        OptionFault? fault = fitted.Faults.FirstOrDefault(fault => fault.Blocking);
        if (fault is not null && (answerNeeded || fault.Field == PathologyColumns.Options))
            throw Fault(id, fault.Field, fault.Message);
        return (fitted.Options, fitted.Answer ?? answer);
    }

    private string[] ReadOptions()
    {
        if (options is null)
            return [];
        options(ref optionBuffer);
        return [.. optionBuffer.DenseValues().Select(option => option.ToString())];
    }

    private RgbPicture ReadPicture(string name)
    {
        image!(ref imageBuffer!);
        if (imageBuffer is null)
            throw new InvalidDataException($"{name}: column [{PathologyColumns.Image}] holds no picture");
        return MLImages.ToPicture(imageBuffer);
    }

    private string Text(string column)
    {
        if (!texts.TryGetValue(column, out ValueGetter<ReadOnlyMemory<char>>? getter))
            return "";
        ReadOnlyMemory<char> value = default;
        getter(ref value);
        return value.ToString();
    }

    private string Name(string id) => id.Length > 0 ? $"row [{id}]" : $"row {row.Position}";

    private InvalidDataException Fault(string id, string column, string message) =>
        new($"{Name(id)}: column [{column}] {message}");
}
