using Microsoft.ML;
using PathVlm.MLNet.Data.Rows;
using PathVlm.MLNet.Inference.Policies;
using PathVlm.MLNet.Persistence;
using PathVlm.MLNet.Training.Grpo;
using PathVlm.MLNet.Training.Grpo.Options;
using PathVlm.MLNet.Training.Sft;

namespace PathVlm.MLNet;

/// <summary>Checks of stages and rows before anything is trained, so that a later stage's fault does not show after hours.</summary>
public static class TrainingCheck
{
    /// <summary>Checks the columns, options and rewards of a stage or a chain of stages; no model is loaded and no row is read.</summary>
    /// <param name="stage">The stage or chain.</param>
    /// <param name="rows">The rows that it will be fitted on.</param>
    /// <exception cref="ArgumentOutOfRangeException">A column is missing or of another type, or rewards and options do not fit.</exception>
    public static void Columns(IEstimator<ITransformer> stage, IDataView rows)
    {
        ArgumentNullException.ThrowIfNull(stage);
        ArgumentNullException.ThrowIfNull(rows);
        stage.GetOutputSchema(SchemaShapes.Of(rows.Schema));
    }

    /// <summary>Checks that there are rows for supervised fine-tuning.</summary>
    /// <param name="rows">Rows; those of other stages are passed over.</param>
    /// <param name="options">The stage's options.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no row of the stage.</exception>
    public static void Rows(IDataView rows, PathologySftOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        SftRows.RequireAny(CountOf(rows, options.Stage), options);
    }

    /// <summary>Checks that there are enough rows for a generation batch of GRPO.</summary>
    /// <param name="rows">Rows; those of other stages are passed over.</param>
    /// <param name="options">The stage's options.</param>
    /// <exception cref="ArgumentOutOfRangeException">There are fewer rows of the stage than a generation batch holds.</exception>
    public static void Rows(IDataView rows, GrpoOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        GrpoRows.RequireEnough(CountOf(rows, options.Stage), options);
    }

    /// <summary>
    /// Reads and encodes the rows of a GRPO stage as the stage will; <see cref="PromptCheck"/> checks several stages at once.
    /// </summary>
    /// <param name="rows">Rows; those of other stages are passed over.</param>
    /// <param name="options">The stage's options.</param>
    /// <param name="start">The model that the chain starts from.</param>
    /// <param name="template">The prompt template of the stage before; null: that of <paramref name="start"/>.</param>
    /// <exception cref="InvalidDataException">
    /// A row lacks a value, its picture cannot be read, or prompts are too long; the rows are named.
    /// </exception>
    /// <exception cref="ArgumentOutOfRangeException">There are fewer rows of the stage than a generation batch holds.</exception>
    public static void Prompts(IDataView rows, GrpoOptions options, PathologyPolicy start, PathologyPromptTemplate? template = null)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(start);
        PromptCheck check = new(start, options.Cancellation);
        check.Add(rows, options, new PathologySftOptions { PromptTemplate = template });
        check.RequireNone();
        GrpoRows.RequireEnough(CountOf(rows, options.Stage), options);
    }

    private static int CountOf(IDataView rows, string stage) => PathologyRows.Read(rows, PathologyRowNeeds.None, stage).Count();
}
