using PathVlm.MLNet.Answers;
using PathVlm.MLNet.Data.Loading.Records;

namespace PathVlm.MLNet.Data.Loading.Layouts;

/// <summary>
/// Conversations of one question and one answer, as ms-swift, LLaMA-Factory, LLaVA and TRL write them. Turns are
/// <c>{"role", "content"}</c> or <c>{"from", "value"}</c>; a content is a text or a list of parts. The options stand at the question's end.
/// The answer is the assistant's turn, or the column <c>solution</c> or <c>answer</c>. A system turn is left out: the prompt template has
/// its own.
/// </summary>
/// <param name="title">Whose layout it is.</param>
/// <param name="turns">The column of the turns.</param>
/// <param name="completion">The column of the answer's turns, where they stand apart.</param>
internal sealed class ConversationLayout(string title, string turns, string? completion = null) : RowLayout
{
    private static readonly string[] Pictures = ["images", "image"];
    private static readonly string[] Answers = ["solution", "answer", "ground_truth"];

    public override string Name => $"{title} ({turns}{(completion is null ? "" : $", {completion}")}, images)";

    public override int FitOf(DataValue row) => row[turns] is null ? 0 : completion is not null && row[completion] is null ? 11 : 12;

    public override IReadOnlyList<string> MissingIn(DataValue row)
    {
        bool hasPicture = Pictures.Any(name => row[name] is not null) || PartsOf(row).Any(IsPicture);
        return hasPicture ? [] : [Pictures[0]];
    }

    public override RawRow Read(DataRecord record)
    {
        DataValue row = record.Row;
        List<(string Role, string Text)> said = [];
        RawField? fault = null;
        foreach (string name in completion is null ? [turns] : new[] { turns, completion })
            fault ??= AddTurns(said, name, row[name], name == completion ? "assistant" : "user");
        string[] asked = [.. said.Where(turn => turn.Role == "user").Select(turn => turn.Text)];
        string[] answered = [.. said.Where(turn => turn.Role == "assistant").Select(turn => turn.Text)];
        if (fault is null && (asked.Length != 1 || answered.Length > 1))
            fault = new RawField(
                turns, null, $"has {asked.Length} user and {answered.Length} assistant turns; expected one question and one answer");
        (string question, IReadOnlyList<string> options) = fault is null ? AnswerOptions.CutFrom(asked[0]) : ("", []);
        AnswerCell answer = answered.Length == 1
            ? AnswerCell.OfText(completion ?? turns, answered[0], options)
            : AnswerCell.Of(row, Answers, options);
        PictureCell picture = PictureOf(row);
        string explanation = RawField.Of(row, "explanation").Text ?? "", stage = RawField.TextOrEmpty(row, "stage");
        return new RawRow(NameOf(record, "id"))
        {
            Image = picture.Field,
            StoredImage = picture.StoredFile,
            Question = fault ?? new RawField(turns, question),
            Options = new RawField(turns, ""),
            OptionTexts = options,
            MayBeOpen = true,
            Answer = answer.Field,
            AnswerPlace = answer.Place,
            Explanation = string.IsNullOrWhiteSpace(explanation) ? answer.Reasoning : explanation,
            Subset = RawField.TextOrEmpty(row, "subset") is { Length: > 0 } subset ? subset : record.Subset,
            Split = RawField.TextOrEmpty(row, "split") is { Length: > 0 } split ? split : record.Split,
            Group = GroupOf(row),
            Stage = stage.Length > 0 ? stage : null,
        };
    }

    private PictureCell PictureOf(DataValue row)
    {
        if (Pictures.Any(name => row[name] is { Kind: not DataValueKind.Null }))
            return PictureCell.Of(row, Pictures);
        DataValue[] parts = [.. PartsOf(row).Where(IsPicture)];
        return parts.Length == 1
            ? PictureCell.Of(turns, parts[0])
            : new PictureCell(new RawField(Pictures[0], null, $"is missing, and the turns name {parts.Length} pictures; expected one"));
    }

    // The parts of typed contents.
    private IEnumerable<DataValue> PartsOf(DataValue row) => row[turns]?.Items.Select(turn => turn["content"])
        .Where(content => content is { Kind: DataValueKind.List }).SelectMany(content => content!.Items) ?? [];

    // {"type": "image", "image": path}, or with the picture in "path"; {"type": "image"} alone marks a place.
    private static bool IsPicture(DataValue part) => part["image"] is { Kind: not DataValueKind.Null } || part["path"] is not null;

    private static RawField? AddTurns(List<(string Role, string Text)> said, string name, DataValue? value, string role)
    {
        if (value is null or { Kind: DataValueKind.Null })
            return null;
        if (value is { Kind: DataValueKind.Text, Text: string plain })
        {
            said.Add((role, plain));
            return null;
        }
        if (value.Kind != DataValueKind.List)
            return new RawField(name, null, $"is {value.Describe()}; expected a list of turns");
        foreach (DataValue turn in value.Items)
        {
            string speaker = RawField.TextOrEmpty(turn, "role", "from").ToLowerInvariant();
            string? who = speaker switch
            {
                "user" or "human" => "user",
                "assistant" or "gpt" or "model" => "assistant",
                "system" => "system",
                _ => null,
            };
            if (who is null || TextOf(turn["content"] ?? turn["value"]) is not string text)
                return new RawField(name, null, $"has a turn of [{speaker}]; expected user, assistant or system turns with a text");
            said.Add((who, text));
        }
        return null;
    }

    private static string? TextOf(DataValue? content) => content switch
    {
        { Kind: DataValueKind.Text } => content.Text,
        { Kind: DataValueKind.List } => string.Concat(content.Items.Select(
            part => RawField.TextOrEmpty(part, "type") == "image" ? PictureMarkers.Marker : RawField.Of(part, "text").Text ?? "")),
        _ => null,
    };
}
