using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;
using PathVlm.MLNet.Chat;
using PathVlm.MLNet.Data.Rows;
using PathVlm.MLNet.Judging.Canaries;
using PathVlm.MLNet.Judging.Panel;
using PathVlm.MLNet.Judging.Protocol;
using PathVlm.MLNet.Judging.Rubric;
using PathVlm.MLNet.Judging.Scoring;
using PathVlm.MLNet.Persistence;
using PathVlm.MLNet.Views;
using PathVlm.Modeling.Options;

namespace PathVlm.MLNet.Rewards;

/// <summary>
/// Adds <see cref="ProcessRewardColumns"/>. Lazy: where none of them is asked for, nobody is asked; a second transform of the same rows is
/// answered from memory. Reviews of <see cref="ProcessRewardOptions.LookAheadRows"/> rows are asked for together. A saved transformer
/// holds options and the judge's identity, never a key, an address, or a record's file: one whose judge was not the rubric needs
/// <see cref="WithJudge"/>, and one that is to record is made anew.
/// </summary>
[PersistedComponent("ProcessReward", 1)]
public sealed class ProcessRewardTransformer : RowTransformer, IDisposable
{
    internal const string Name = "ProcessReward";
    private const string SettingsEntry = "Settings.json";
    private readonly IProcessJudge _judge;
    private readonly ProcessRewardOptions _options;
    private readonly TimeProvider? _time;
    private readonly Lazy<ReviewPanel> _panel;
    private readonly long _step;
    private readonly CancellationToken _cancellation;

    internal ProcessRewardTransformer(
        IHostEnvironment environment, IProcessJudge judge, ProcessRewardOptions options, TimeProvider? time = null)
        : base(environment, Name)
    {
        _judge = judge;
        _options = options;
        _time = time;
        _panel = new Lazy<ReviewPanel>(() => new ReviewPanel(judge, options.Panel, time));
    }

    // For one transform: shares everything with the transformer that it is made from, which alone is disposed.
    private ProcessRewardTransformer(ProcessRewardTransformer shared, long step, CancellationToken cancellation)
        : base(shared.Environment, Name)
    {
        (_judge, _options, _time, _panel) = (shared._judge, shared._options, shared._time, shared._panel);
        _step = step;
        _cancellation = cancellation;
    }

    /// <summary>Judge and scoring in one line, for provenance.</summary>
    internal string Describe() =>
        _judge.Identity + (_options.Panel.SoundnessNeedsStep ? " (soundness needs a step)" : "");

    /// <summary>Counts and costs of the reviews so far.</summary>
    public ReviewStatistics Statistics => _panel.Value.Statistics;

    /// <summary>The panel that is asked; for canaries and reports.</summary>
    public ReviewPanel Panel => _panel.Value;

    /// <summary>The judge's reviews of the canaries; null before a stage was trained with it, or where they are off.</summary>
    public CanaryReport? Canaries { get; private set; }

    internal CanaryPolicy CanaryPolicy => _options.Canaries;

    internal int CanarySteps => _options.CanarySteps;

    internal bool IsOffline => _judge.IsOffline;

    /// <summary>The same transformer with another judge: after loading, the one with the key.</summary>
    public ProcessRewardTransformer WithJudge(IProcessJudge other)
    {
        ArgumentNullException.ThrowIfNull(other);
        return new ProcessRewardTransformer(Environment, other, _options, _time);
    }

    /// <summary>The view with the columns added, whose reviews can be cancelled.</summary>
    /// <param name="input">Rows with rollouts.</param>
    /// <param name="cancellation">Ends reviews under way; reading the view then throws.</param>
    public IDataView Transform(IDataView input, CancellationToken cancellation) => Transform(input, step: 0, cancellation);

    /// <summary>The view with the columns added, of rollouts of an optimizer step, which records carry.</summary>
    internal IDataView Transform(IDataView input, long step, CancellationToken cancellation) =>
        new ProcessRewardTransformer(this, step, cancellation).Transform(input);

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_panel.IsValueCreated) _panel.Value.Dispose();
    }

    internal static ITransformer Load(IHostEnvironment environment, ModelReader reader)
    {
        Settings settings = reader.ReadJson<Settings>(SettingsEntry);
        ProcessRewardOptions options = new()
        {
            Reference = settings.Reference, LookAheadRows = settings.LookAheadRows, Panel = settings.Panel,
            Canaries = settings.Canaries, CanarySteps = settings.CanarySteps,
        };
        try
        {
            OptionRules.Validate(options);
        }
        catch (ArgumentException fault)
        {
            throw new InvalidDataException($"{reader.Name(SettingsEntry)}: {fault.Message}", fault);
        }

        RubricJudge rubric = new();
        IProcessJudge judge = settings.Judge == rubric.Identity ? rubric : new AbsentJudge(settings.Judge);
        return new ProcessRewardTransformer(environment, judge, options);
    }

    /// <summary>Shows the judge the canaries; null where they are off, or cancelled.</summary>
    internal CanaryReport? ReviewCanaries(long step, CancellationToken cancellation)
    {
        if (_options.Canaries == CanaryPolicy.Off) return null;
        try
        {
            Canaries = JudgeCanaries.ReviewAsync(_panel.Value, cancellation, step, anew: step > 0)
                .ConfigureAwait(false).GetAwaiter().GetResult();
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            return null;
        }

        _options.CanaryProgress?.Report(Canaries);
        return Canaries;
    }

    /// <summary>What a checkpoint keeps of the judge: the panel's counts, and the canaries' reviews.</summary>
    internal JudgeState Save() => new(_judge.Identity, _panel.Value.Save(), Canaries?.Save());

    /// <summary>Goes on from a checkpoint.</summary>
    /// <exception cref="InvalidDataException">It was written with another judge.</exception>
    internal void Restore(JudgeState state, IReadOnlyList<string> known)
    {
        if (state.Judge != _judge.Identity)
            throw new InvalidDataException(
                $"the run that wrote the checkpoint differs from this one: judge: expected {state.Judge}, got {_judge.Identity}");
        _panel.Value.Restore(state.Panel, known);
        Canaries = state.Canaries is { } canaries ? JudgeCanaries.Restore(canaries) : null;
    }

    /// <summary>What the judge is shown of each rollout of the row that <paramref name="row"/> is at.</summary>
    internal Func<IReadOnlyList<ProcessReviewRequest>> RequestsOf(DataViewRow row)
    {
        PathologyRowReader reader = new(row, ProcessRewardColumns.Needs(_options.Reference));
        ValueGetter<VBuffer<ReadOnlyMemory<char>>> rollouts =
            row.GetGetter<VBuffer<ReadOnlyMemory<char>>>(ProcessRewardColumns.Rollouts.Find(row.Schema, Name));
        VBuffer<ReadOnlyMemory<char>> buffer = default;
        return () =>
        {
            PathologyRow read = reader.Read();
            rollouts(ref buffer);
            byte[] picture = ChatPicture.Encode(read.RequiredPicture);
            string? id = read.Question.Id.Length > 0 ? read.Question.Id : null;
            return [.. buffer.DenseValues().Select((rollout, index) => ProcessReviewRequest.Create(
                read.Question, read.Scorer.ReadAnswer(rollout.ToString()), picture, _options.Reference,
                new ReviewCoordinates(_step, read.Index, index, id)))];
        };
    }

    internal IEnumerable<DataViewSchema.Column> InputColumns(DataViewSchema schema) =>
        PathologySchema.Columns(schema, ProcessRewardColumns.Needs(_options.Reference))
            .Append(ProcessRewardColumns.Rollouts.Find(schema, Name));

    private protected override void Write(ModelWriter writer) => writer.WriteJson(SettingsEntry, new Settings(
        _judge.Identity, _options.Reference, _options.LookAheadRows, _options.Panel, _options.Canaries, _options.CanarySteps));

    // The rows are walked by a view of our own: ML.NET's would have worker threads ask row by row, ahead of the blocks, and would wrap
    // what a judge throws.
    private protected override IDataView CreateView(IDataView input)
    {
        MappedColumns<Lazy<ProcessReview[]>> columns = new(input.Schema, GetOutputSchema(input.Schema), ProcessRewardColumns.All);
        return new LookAheadView<IReadOnlyList<ProcessReviewRequest>, Lazy<ProcessReview[]>>(
            input, columns, new LookAhead<IReadOnlyList<ProcessReviewRequest>, Lazy<ProcessReview[]>>(
                _options.LookAheadRows, InputColumns, RequestsOf, ReviewBlock));
    }

    // A block is reviewed concurrently; each row's value is then found in the panel's memory. Synchronous, because ML.NET's getters are.
    private Lazy<ProcessReview[]>[] ReviewBlock(IReadOnlyList<IReadOnlyList<ProcessReviewRequest>> rows)
    {
        ProcessReviewRequest[] block = [.. rows.SelectMany(requests => requests)];
        if (block.Length > 0) _panel.Value.PrepareAsync(block, _cancellation).ConfigureAwait(false).GetAwaiter().GetResult();
        return [.. rows.Select(requests => new Lazy<ProcessReview[]>(() => Review(requests), LazyThreadSafetyMode.PublicationOnly))];
    }

    private ProcessReview[] Review(IReadOnlyList<ProcessReviewRequest> requests) =>
        _panel.Value.ReviewAsync(requests, _cancellation).ConfigureAwait(false).GetAwaiter().GetResult();

    private protected override IRowFunction Bind(DataViewSchema schema)
    {
        PathologySchema.Check(schema, ProcessRewardColumns.Needs(_options.Reference));
        ProcessRewardColumns.Rollouts.Find(schema, Name);
        return new Function(this, schema);
    }

    private sealed record Settings(
        string Judge, JudgeReference Reference, int LookAheadRows, ReviewPanelOptions Panel, CanaryPolicy Canaries = CanaryPolicy.Warn,
        int CanarySteps = 100);

    private sealed class Function(ProcessRewardTransformer parent, DataViewSchema schema) : IRowFunction
    {
        public IReadOnlyList<DataViewSchema.DetachedColumn> Outputs { get; } =
        [
            .. ProcessRewardColumns.Shapes.Select(shape =>
                new DataViewSchema.DetachedColumn(shape.Name, new VectorDataViewType((PrimitiveDataViewType)shape.ItemType))),
        ];

        public IEnumerable<DataViewSchema.Column> InputsOf(int output) => parent.InputColumns(schema);

        public Delegate?[] Getters(DataViewRow row, Func<int, bool> isActive)
        {
            if (!Enumerable.Range(0, Outputs.Count).Any(isActive)) return new Delegate?[Outputs.Count];
            Func<IReadOnlyList<ProcessReviewRequest>> requests = parent.RequestsOf(row);
            (long Position, Lazy<ProcessReview[]> Reviews) last = (-1, new Lazy<ProcessReview[]>([]));
            return
            [
                .. ProcessRewardColumns.All.Select((column, index) => isActive(index) ? column.MakeGetter(Current) : null),
            ];

            Lazy<ProcessReview[]> Current()
            {
                if (last.Position != row.Position || row.Position < 0)
                    last = (row.Position, new Lazy<ProcessReview[]>(parent.Review(requests())));
                return last.Reviews;
            }
        }
    }

    /// <summary>Stands where a loaded transformer's judge is still to be named.</summary>
    private sealed class AbsentJudge(string identity) : IProcessJudge
    {
        public string Identity => identity;

        public Task<JudgeReply> ReviewAsync(ProcessReviewRequest request, CancellationToken cancellationToken) =>
            throw new JudgeStoppedException(
                $"the process reward was saved with the judge [{identity}], without its address and key: name it with WithJudge");
    }
}
