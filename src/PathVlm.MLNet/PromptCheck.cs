using System.Globalization;
using Microsoft.ML;
using PathVlm.MLNet.Data.Faults;
using PathVlm.MLNet.Data.Rows;
using PathVlm.MLNet.Inference.Answering;
using PathVlm.MLNet.Inference.Bases;
using PathVlm.MLNet.Inference.Policies;
using PathVlm.MLNet.Training.Grpo.Options;
using PathVlm.MLNet.Training.Sft;
using PathVlm.Modeling.Files;

namespace PathVlm.MLNet;

/// <summary>
/// Finds rows whose prompts, or whose answers to teach, are longer than a model or a stage takes: all rows of all stages at once, before
/// anything is answered or trained. Pictures are decoded for their sizes; weights are not used.
/// </summary>
public sealed class PromptCheck
{
    private const int RowsShown = 20;
    private readonly CheckpointSource _files;
    private readonly PolicySettings _before;
    private readonly CancellationToken _cancellation;
    private readonly Dictionary<(IDataView, string?, PathologyPromptTemplate, int?, int?), Length[]> _prompts = [];
    private readonly List<string> _excesses = [];
    private readonly List<string> _rows = [];
    private int _count;

    /// <summary>A check of rows for a model that is open.</summary>
    /// <param name="policy">The model.</param>
    /// <param name="cancellation">Stops between two rows.</param>
    public PromptCheck(PathologyPolicy policy, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(policy);
        (_files, _before, _cancellation) = (policy.Files, policy.Settings, cancellation);
    }

    private PromptCheck(CheckpointSource files, PolicySettings? before, CancellationToken cancellation) =>
        (_files, _before, _cancellation) = (files, before ?? new PolicySettings(), cancellation);

    /// <summary>A check of rows for a model on disk.</summary>
    /// <param name="model">A checkpoint folder, whose weights are not loaded, or a zip that Model.Save wrote.</param>
    /// <param name="cancellation">Stops between two rows.</param>
    /// <exception cref="InvalidDataException">There is no such model, or it is damaged.</exception>
    public static PromptCheck Open(string model, CancellationToken cancellation = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(model);
        if (Directory.Exists(model))
            return new PromptCheck(
                CheckpointSource.FromFolder(BaseModelFolder.Of(model).Checkpoint).ToMemory(), PolicySettingsFile.Read(model), cancellation);
        PathologyPolicy stored = PathologyModelFile.Load(model);
        try
        {
            return new PromptCheck(stored, cancellation);
        }
        finally
        {
            stored.Release();
        }
    }

    /// <summary>Checks the rows of a stage of fine-tuning: prompts, and answers to teach.</summary>
    /// <param name="rows">Rows; those of other stages are passed over.</param>
    /// <param name="options">The stage's options; their prompt template, else the model's.</param>
    /// <param name="section">The name of the options before a setting's in messages, such as <c>Sft</c>; empty for none.</param>
    /// <exception cref="InvalidDataException">A row cannot be read.</exception>
    public void Add(IDataView rows, PathologySftOptions options, string section = "")
    {
        ArgumentNullException.ThrowIfNull(options);
        PolicySettings settings = options.PolicySettings(_before);
        PromptEncoder encoder = new(_files, settings);
        AddPrompts(rows, options.Stage, encoder, settings, Setting(section, nameof(options.MaxPromptLength)));
        Length[] targets = [.. PathologyRows.Read(rows, PathologyRowNeeds.Answer, options.Stage, _cancellation)
            .Select(row => new Length(row.Name, SftRows.TargetOf(row, encoder, options).Length))];
        Add(targets, options.MaxCompletionLength, Setting(section, nameof(options.MaxCompletionLength)), "answers to teach");
    }

    /// <summary>Checks the rows of a stage of GRPO.</summary>
    /// <param name="rows">Rows; those of other stages are passed over.</param>
    /// <param name="options">The stage's options.</param>
    /// <param name="before">The stage before, whose template and picture limits it goes on with; null: the model's.</param>
    /// <param name="section">As for fine-tuning.</param>
    /// <exception cref="InvalidDataException">A row cannot be read.</exception>
    public void Add(IDataView rows, GrpoOptions options, PathologySftOptions? before = null, string section = "")
    {
        ArgumentNullException.ThrowIfNull(options);
        PolicySettings settings = options.PolicySettings(before?.PolicySettings(_before) ?? _before);
        AddPrompts(rows, options.Stage, new PromptEncoder(_files, settings), settings, Setting(section, nameof(options.MaxPromptLength)));
    }

    /// <summary>Checks rows that a model is to answer.</summary>
    /// <param name="rows">Rows; those of other stages are passed over.</param>
    /// <param name="options">How the model is opened; null: as it was.</param>
    /// <param name="stage">The stage; null for all rows.</param>
    /// <param name="section">As for fine-tuning.</param>
    /// <exception cref="InvalidDataException">A row cannot be read.</exception>
    public void AddAnswers(IDataView rows, PathologyModelOptions? options = null, string? stage = null, string section = "")
    {
        PolicySettings settings = options?.Settings(_before) ?? _before;
        AddPrompts(rows, stage, new PromptEncoder(_files, settings), settings, Setting(section, nameof(settings.MaxPromptLength)));
    }

    /// <summary>Ends the check.</summary>
    /// <exception cref="InvalidDataException">Rows are too long; the message names the settings, what they would have to be, and the
    /// rows.</exception>
    public void RequireNone()
    {
        if (_excesses.Count == 0) return;
        string more = _count > RowsShown ? string.Create(CultureInfo.InvariantCulture, $"\n… and {_count - RowsShown:N0} more") : "";
        throw DataFault.Create(
            $"{string.Join("; ", _excesses)}\n{string.Join('\n', _rows)}{more}", DataRemedy.LongerPrompts);
    }

    private void AddPrompts(IDataView rows, string? stage, PromptEncoder encoder, PolicySettings settings, string setting)
    {
        ArgumentNullException.ThrowIfNull(rows);
        (IDataView, string?, PathologyPromptTemplate, int?, int?) read =
            (rows, stage, settings.Template, settings.MinPixels, settings.MaxPixels);
        if (!_prompts.TryGetValue(read, out Length[]? prompts))
            _prompts[read] = prompts = [.. PathologyRows.Read(rows, PathologyRowNeeds.Image, stage, _cancellation)
                .Select(row => new Length(row.Name, encoder.LengthOf(row)))];
        Add(prompts, settings.MaxPromptLength, setting, "prompts");
    }

    private void Add(Length[] rows, int limit, string setting, string what)
    {
        Length[] longer = [.. rows.Where(row => row.Tokens > limit)];
        if (longer.Length == 0) return;
        string excess = string.Create(
            CultureInfo.InvariantCulture,
            $"{setting} is {limit}, and the {what} of {longer.Length:N0} of {rows.Length:N0} rows have up to "
            + $"{longer.Max(row => row.Tokens)} tokens");
        if (_excesses.Contains(excess)) return; // stages that read rows alike
        _excesses.Add(excess);
        foreach (Length row in longer)
            if (_count++ < RowsShown)
                _rows.Add($"row [{row.Row}]: {row.Tokens} tokens, {setting} is {limit}");
    }

    private static string Setting(string section, string name) => section.Length == 0 ? name : $"{section}:{name}";

    private sealed record Length(string Row, int Tokens);
}
