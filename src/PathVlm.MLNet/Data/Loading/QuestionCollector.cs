using System.Globalization;
using PathVlm.MLNet.Answers;
using PathVlm.MLNet.Data.Faults;
using PathVlm.MLNet.Data.Loading.Layouts;
using PathVlm.MLNet.Data.Pictures;
using PathVlm.MLNet.Data.Rows;

namespace PathVlm.MLNet.Data.Loading;

/// <summary>Turns raw rows into questions: checks each, gives every row an Id of its own, gathers faults.</summary>
internal sealed class QuestionCollector(PathologyLoadOptions options)
{
    private readonly List<(string File, PathologyQuestion Question, string Field)> _questions = [];
    private readonly List<RowFault> _faults = [];
    private readonly List<RowFault> _open = [];
    private readonly List<RowFault> _warnings = [];
    private readonly Dictionary<string, int> _ids = new(StringComparer.Ordinal); // how many rows came with each

    /// <summary>Takes a row of a file whose pictures lie below a folder.</summary>
    public void Add(string file, RawRow row, PictureFolder pictures)
    {
        string id = UniqueId(file, row.Id);
        int before = _faults.Count;
        void Fault(string field, string message) => _faults.Add(new RowFault(file, id, field, message));

        RawField[] needed = row.StoredImage is null ? [row.Image, row.Question, row.Answer] : [row.Question, row.Answer];
        foreach (RawField field in needed)
            if (string.IsNullOrWhiteSpace(field.Text))
                Fault(field.Name, field.Fault ?? (field.Text is null ? "is missing; expected a text" : "is blank; expected a text"));
        if (row.OptionTexts is null)
            Fault(row.Options.Name, row.Options.Fault ?? "is missing; expected a list of two or more texts");
        string path = row.StoredImage ?? "";
        if (row.StoredImage is null && !string.IsNullOrWhiteSpace(row.Image.Text)
            && pictures.FaultOf(row.Image.Text, out path) is { } wrong)
            Fault(row.Image.Name, wrong);
        string question = PictureMarkers.TakeOut(row.Question.Text ?? "", out string? markers);
        if (markers is not null)
            Fault(row.Question.Name, markers);
        bool isOpen = row.MayBeOpen && row.OptionTexts is { Count: 0 };
        if (isOpen && options.OpenQuestions == OpenQuestions.Skip && _faults.Count == before)
        {
            _open.Add(new RowFault(file, id, row.Options.Name, "is missing: an open question"));
            return;
        }
        AnswerOptions? read = isOpen ? null : Read(row);
        foreach (OptionFault fault in read?.Faults ?? [])
        {
            string field = fault.Field == OptionField.Answer ? row.Answer.Name : row.Options.Name;
            (fault.Severity == OptionSeverity.Warning ? _warnings : _faults).Add(new RowFault(file, id, field, fault.Message));
        }
        foreach (string option in read?.Options ?? [])
            if (ReservedText.TagIn(option) is { } tag)
                Fault(row.Options.Name, $"hold the tag {tag} of completions in [{option}]; expected texts without it");
        if (_faults.Count > before)
            return;
        PathologyQuestion made = new(
            id, path, question, read?.Options ?? [], read?.Answer ?? row.Answer.Text!.Trim(), TaggedText.ReasoningOf(row.Explanation),
            row.Subset, row.Stage) { Group = row.Group, Split = row.Split };
        WarnOfOtherAnswer(file, made, row.Explanation);
        WarnOfReservedText(file, made, row);
        _questions.Add((file, made, row.Image.Name));
    }

    /// <summary>Notes a row that could not be read at all.</summary>
    public void AddFault(string file, string row, string field, string message) => _faults.Add(new RowFault(file, row, field, message));

    /// <summary>The rows as a view.</summary>
    /// <param name="source">The set's name in messages.</param>
    /// <param name="layout">How its rows were read.</param>
    /// <exception cref="InvalidDataException">There are faults and the policy is to fail, or there is no row at all.</exception>
    public PathologyDataView Finish(string source, string layout)
    {
        Dictionary<string, string> hashes = options.CheckPictures ? CheckPictures() : [];
        WarnOfOpenQuestions(source);
        if (_faults.Count > 0 && options.RowFaults == RowFaultPolicy.Fail)
            throw new LoadReport(_questions.Count, _faults).ToException();
        LoadReport report = new(_questions.Count, [.. _faults, .. _open]) { Warnings = _warnings, Layout = layout };
        if (_questions.Count == 0)
            throw DataFault.Create(report.Faults.Count > 0
                ? $"{source}: no row can be used\n{report}"
                : $"{source}: holds no row that was asked for");
        return new PathologyDataView(_questions.Select(row => row.Question)) { LoadReport = report, PictureHashes = hashes };
    }

    private static AnswerOptions? Read(RawRow row) => row.OptionTexts is null ? null
        : row.Unlabelled && row.Answer.Text is not null ? AnswerOptions.Letter(row.OptionTexts, row.Answer.Text)
        : AnswerOptions.Read(row.OptionTexts, AnswerOf(row));

    // A number that counts the options from 0 is read as the letter of its option.
    private static string? AnswerOf(RawRow row) => row.AnswerPlace is { } place && place < row.OptionTexts!.Count
        ? ((char)('A' + place)).ToString()
        : string.IsNullOrWhiteSpace(row.Answer.Text) ? null : row.Answer.Text;

    private void WarnOfOtherAnswer(string file, PathologyQuestion row, string explanation)
    {
        if (row.Options.Count == 0 || !TaggedText.HasTags(explanation) || TaggedText.AnswerOf(explanation) is not { } said)
            return;
        string meant = AnswerOptions.Read(row.Options, said).Answer ?? said;
        if (meant != row.Answer)
            _warnings.Add(new RowFault(file, row.Id, "explanation", $"ends in the answer [{meant}]; the row's answer is [{row.Answer}]"));
    }

    private void WarnOfReservedText(string file, PathologyQuestion made, RawRow row)
    {
        if (ReservedText.RepeatedTagIn(row.Explanation) is { } tag)
            _warnings.Add(new RowFault(file, made.Id, "explanation", $"holds the tag {tag} more than once; tags are taken off"));
        foreach ((string field, string text) in new[] { (row.Question.Name, made.Question), ("explanation", made.Explanation) }
            .Concat(made.Options.Select(option => (row.Options.Name, option))))
            if (ReservedText.ControlTokenIn(text) is { } token)
                _warnings.Add(new RowFault(file, made.Id, field, $"holds {token}, which is encoded as plain text, not as a control token"));
    }

    private Dictionary<string, string> CheckPictures()
    {
        (IReadOnlyDictionary<string, (string Hash, int Frames)> found, IReadOnlyDictionary<string, string> faults) = PictureFiles.Decode(
            _questions.Select(row => row.Question.ImagePath), picture => (PictureHash.Of(picture), picture.FrameCount),
            options.Cancellation);
        _faults.AddRange(_questions.Where(row => faults.ContainsKey(row.Question.ImagePath))
            .Select(row => new RowFault(row.File, row.Question.Id, row.Field, faults[row.Question.ImagePath])));
        _questions.RemoveAll(row => faults.ContainsKey(row.Question.ImagePath));
        _warnings.AddRange(_questions.Where(row => found[row.Question.ImagePath].Frames > 1).Select(row => new RowFault(
            row.File, row.Question.Id, row.Field, string.Create(CultureInfo.InvariantCulture,
                $"holds {found[row.Question.ImagePath].Frames:N0} frames; the first is used"))));
        return found.ToDictionary(picture => picture.Key, picture => picture.Value.Hash, StringComparer.Ordinal);
    }

    private void WarnOfOpenQuestions(string source)
    {
        string[] open = [.. _questions.Where(row => row.Question.Options.Count == 0).Select(row => row.Question.Id)];
        if (open.Length > 0)
            _warnings.Add(new RowFault(source, open[0], "options", string.Create(CultureInfo.InvariantCulture,
                $"is missing in {open.Length:N0} of {_questions.Count:N0} rows: open questions, which cannot be scored by letter")));
    }

    private string UniqueId(string file, string id)
    {
        if (_ids.TryAdd(id, 1))
            return id;
        string unique;
        do
            unique = $"{id}#{++_ids[id]}";
        while (!_ids.TryAdd(unique, 1));
        _warnings.Add(new RowFault(file, unique, "id", $"is that of an earlier row, [{id}]; the row is called [{unique}]"));
        return unique;
    }
}
