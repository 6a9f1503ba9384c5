using Microsoft.ML;
using Microsoft.ML.Runtime;
using PathVlm.MLNet.Data.Pictures;
using PathVlm.MLNet.Data.Rows;
using PathVlm.MLNet.Inference.Policies;
using PathVlm.MLNet.Persistence;
using PathVlm.MLNet.Persistence.Weights;
using PathVlm.MLNet.Views;

namespace PathVlm.MLNet.Inference.Answering;

/// <summary>
/// A fitted model: adds <c>Response</c>, <c>Reasoning</c>, <c>PredictedAnswer</c> (text) and <c>ResponseTokenCount</c> to rows with a
/// picture and a question. Columns nobody asks for cost nothing; rows are answered in batches that are read ahead, in their order.
/// </summary>
/// <remarks>
/// In a PredictionEngine, or row by row, a row is answered alone. Cursors may run in parallel; the model answers one batch at a time.
/// Disposing the transformer frees the model once no other transformer shares it.
/// </remarks>
[PersistedComponent("Pathology", 1)]
public sealed class PathologyTransformer : RowTransformer, IDisposable
{
    internal const string Name = "Pathology";
    internal const PathologyRowNeeds Needs = PathologyRowNeeds.Image;
    private const string SettingsEntry = "Settings.json";
    private readonly TransformerSettings _settings;
    private bool _isDisposed;

    static PathologyTransformer() => ImageColumns.Register();

    internal PathologyTransformer(IHostEnvironment environment, PathologyPolicy policy, TransformerSettings? settings = null)
        : base(environment, Name)
    {
        _settings = settings ?? new TransformerSettings();
        Policy = policy.Retain();
    }

    /// <summary>The model with its processor, prompt template and decoding settings.</summary>
    public PathologyPolicy Policy { get; }

    /// <summary>Rows that are answered together.</summary>
    /// <value>32.</value>
    public int AnswerBatchSize => _settings.AnswerBatchSize;

    /// <summary>Where Model.Save puts the weights.</summary>
    /// <value><see cref="WeightsStorage.InsideZip"/>.</value>
    public WeightsStorage WeightsStorage => _settings.WeightsStorage;

    /// <summary>
    /// Hashes (SHA-256 of width, height and decoded pixels) of the pictures that this stage and those before it were trained on; they are
    /// saved with the model. Empty for a model from a checkpoint folder, of which they are not known.
    /// </summary>
    public IReadOnlySet<string> TrainedPictures => Policy.TrainedPictures;

    /// <summary>The same model with other settings; both share the weights, and each is disposed on its own.</summary>
    /// <param name="answerBatchSize">Rows answered together, 1 or more; null keeps the present number.</param>
    /// <param name="weightsStorage">Where Model.Save puts the weights; null keeps the present place.</param>
    /// <exception cref="ArgumentOutOfRangeException">A value is out of range.</exception>
    public PathologyTransformer With(int? answerBatchSize = null, WeightsStorage? weightsStorage = null)
    {
        var changed = new TransformerSettings(answerBatchSize ?? _settings.AnswerBatchSize, weightsStorage ?? _settings.WeightsStorage);
        changed.Check(message => new ArgumentOutOfRangeException(nameof(answerBatchSize), message));
        return new PathologyTransformer(Environment, Policy, changed);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_isDisposed) return;
        _isDisposed = true;
        Policy.Release();
    }

    /// <summary>The columns of an input with those that a fitted model adds.</summary>
    internal static SchemaShape OutputShape(SchemaShape input) =>
        SchemaShapes.With(input, AnswerColumns.All.Select(column => SchemaShapes.Promise(
        ColumnShape.Scalar(column.Name, column.Type), annotations: column.Name == PathologyColumns.Response ? [PolicyAnnotation.Shape]
            : [])));

    internal static ITransformer Load(IHostEnvironment environment, ModelReader reader)
    {
        TransformerSettings settings = reader.ReadJson<TransformerSettings>(SettingsEntry);
        settings.Check(message => new InvalidDataException($"{reader.Name(SettingsEntry)}: {message}"));
        return new PathologyTransformer(environment, PolicyArchive.Read(reader), settings);
    }

    private protected override void Write(ModelWriter writer)
    {
        writer.WriteJson(SettingsEntry, _settings);
        PolicyArchive.Write(writer, Policy, _settings.WeightsStorage);
    }

    private protected override IDataView CreateView(IDataView input)
    {
        MappedColumns<PathologyAnswer> columns = new(input.Schema, GetOutputSchema(input.Schema), AnswerColumns.All);
        return new LookAheadView<PathologyRow, PathologyAnswer>(
            input, columns, RowLookAhead.Of(AnswerBatchSize, rows => Policy.Answer(rows)));
    }

    private protected override IRowFunction Bind(DataViewSchema schema)
    {
        PathologySchema.Check(schema, Needs);
        return new AnswerFunction(Policy, [.. PathologySchema.Columns(schema, Needs)]);
    }

    /// <summary>Answers row by row, for PredictionEngine.</summary>
    private sealed class AnswerFunction(PathologyPolicy policy, DataViewSchema.Column[] inputs) : IRowFunction
    {
        public IReadOnlyList<DataViewSchema.DetachedColumn> Outputs { get; } =
        [
            .. AnswerColumns.All.Select(column => new DataViewSchema.DetachedColumn(
                column.Name, column.Type, column.Name == PathologyColumns.Response ? PolicyAnnotation.Of(policy) : null)),
        ];

        public IEnumerable<DataViewSchema.Column> InputsOf(int output) => inputs;

        public Delegate?[] Getters(DataViewRow row, Func<int, bool> isActive)
        {
            PathologyRowReader? reader = null;
            PathologyAnswer? answer = null;
            long answered = -1;
            return [.. AnswerColumns.All.Select((column, index) => isActive(index) ? column.MakeGetter(Current) : null)];

            PathologyAnswer Current()
            {
                if (answer is not null && answered == row.Position) return answer;
                reader ??= new PathologyRowReader(row, Needs);
                answer = policy.Answer([reader.Read()])[0];
                answered = row.Position;
                return answer;
            }
        }
    }
}
