using PathVlm.MLNet.Answers;
using PathVlm.MLNet.Data.Rows;

namespace PathVlm.MLNet.Data.Loading;

/// <summary>Turns raw rows into questions: checks each, gives every row an Id of its own, gathers faults.</summary>
internal sealed class QuestionCollector
{
    private readonly List<PathologyQuestion> _questions = [];
    private readonly List<RowFault> _faults = [];
    private readonly List<RowFault> _warnings = [];
    private readonly HashSet<string> _ids = new(StringComparer.Ordinal);

    /// <summary>Takes a row of a file whose pictures lie below a folder.</summary>
    public void Add(string file, RawRow row, PictureFolder pictures)
    {
        string id = UniqueId(row.Id);
        int before = _faults.Count;
        void Fault(string field, string message) => _faults.Add(new RowFault(file, id, field, message));

        foreach (RawField field in new[] { row.Image, row.Question, row.Answer })
            if (string.IsNullOrWhiteSpace(field.Text))
                Fault(field.Name, field.Fault ?? (field.Text is null ? "is missing; expected a text" : "is blank; expected a text"));
        if (row.OptionTexts is null)
            Fault(row.Options.Name, row.Options.Fault ?? "is missing; expected a list of two or more texts");
        string path = "";
        if (!string.IsNullOrWhiteSpace(row.Image.Text) && pictures.FaultOf(row.Image.Text, out path) is string wrong)
            Fault(row.Image.Name, wrong);

        AnswerOptions? options = row.OptionTexts is null ? null
            : row.Unlabelled && row.Answer.Text is not null ? AnswerOptions.Letter(row.OptionTexts, row.Answer.Text)
            : AnswerOptions.Read(row.OptionTexts, string.IsNullOrWhiteSpace(row.Answer.Text) ? null : row.Answer.Text);
        foreach (OptionFault fault in options?.Faults ?? [])
        {
            string field = fault.Field == OptionField.Answer ? row.Answer.Name : row.Options.Name;
            (fault.Severity == OptionSeverity.Warning ? _warnings : _faults).Add(new RowFault(file, id, field, fault.Message));
        }

        if (_faults.Count == before)
            _questions.Add(new PathologyQuestion(
                id, path, row.Question.Text!, options!.Options, options.Answer!, row.Explanation, row.Subset, row.Stage));
    }

    /// <summary>Notes a row that could not be read at all.</summary>
    public void AddFault(string file, string row, string field, string message) => _faults.Add(new RowFault(file, row, field, message));

    /// <summary>The rows as a view.</summary>
    /// <exception cref="InvalidDataException">There are faults and the policy is to fail, or there is no row at all.</exception>
    public PathologyDataView Finish(string source, RowFaultPolicy policy)
    {
        LoadReport report = new(_questions.Count, _faults) { Warnings = _warnings };
        if (_faults.Count > 0 && policy == RowFaultPolicy.Fail)
            throw report.ToException();
        if (_questions.Count == 0)
            throw new InvalidDataException(_faults.Count > 0
                ? $"{source}: no row can be used\n{report}"
                : $"{source}: holds no row that was asked for");
        return new PathologyDataView(_questions) { LoadReport = report };
    }

    private string UniqueId(string id)
    {
        string unique = id;
        for (int copy = 2; !_ids.Add(unique); copy++)
            unique = $"{id}#{copy}";
        return unique;
    }
}
