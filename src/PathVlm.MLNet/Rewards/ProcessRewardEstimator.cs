using Microsoft.ML;
using Microsoft.ML.Runtime;
using PathVlm.MLNet.Data.Rows;
using PathVlm.MLNet.Judging.Protocol;
using PathVlm.MLNet.Judging.Scoring;
using PathVlm.MLNet.Persistence;
using PathVlm.Modeling.Options;

namespace PathVlm.MLNet.Rewards;

/// <summary>
/// Adds the cross-modal process reward of PathVLM-R1 (arXiv 2504.09258, process reward) to rollouts: a judge itemises what the reasoning
/// does, this library turns the findings into points (<see cref="ReviewScore"/>).
/// </summary>
/// <remarks>
/// <list type="table">
/// <item><term>Does this estimator need to look at the data to train?</term><description>No</description></item>
/// <item><term>Input column data type</term>
/// <description>Image, Question, Options, Answer, and Rollouts (vector of text [G])</description></item>
/// <item><term>Output column data type</term>
/// <description>Vectors [G]: ProcessReward, CompletenessScore, SoundnessScore (<see cref="float"/>, NaN = missing),
/// JudgeFindings (text)</description></item>
/// </list>
/// </remarks>
public sealed class ProcessRewardEstimator : IEstimator<ProcessRewardTransformer>
{
    private readonly IHostEnvironment _environment;
    private readonly IProcessJudge _judge;
    private readonly ProcessRewardOptions _options;
    private readonly TimeProvider? _time;

    internal ProcessRewardEstimator(
        IHostEnvironment environment, IProcessJudge judge, ProcessRewardOptions? options, TimeProvider? time = null)
    {
        ArgumentNullException.ThrowIfNull(judge);
        _environment = environment;
        _judge = judge;
        _options = OptionRules.Validated((options ?? new ProcessRewardOptions()).Copy());
        _time = time;
    }

    /// <summary>Checks the columns and returns the transformer; nobody is asked yet.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A column is missing or of another type.</exception>
    /// <exception cref="InvalidDataException">The record of earlier reviews is damaged.</exception>
    public ProcessRewardTransformer Fit(IDataView input)
    {
        ArgumentNullException.ThrowIfNull(input);
        GetOutputSchema(SchemaShapes.Of(input.Schema));
        return new ProcessRewardTransformer(_environment, _judge, _options, _time);
    }

    /// <inheritdoc cref="Fit"/>
    public SchemaShape GetOutputSchema(SchemaShape inputSchema)
    {
        PathologySchema.Check(inputSchema, ProcessRewardColumns.Needs(_options.Reference));
        ProcessRewardColumns.Rollouts.Find(inputSchema, ProcessRewardTransformer.Name);
        return SchemaShapes.With(inputSchema, ProcessRewardColumns.Shapes.Select(shape => SchemaShapes.Promise(shape)));
    }
}
