using Microsoft.ML;
using Microsoft.ML.Runtime;
using PathVlm.MLNet.Data.Rows;
using PathVlm.MLNet.Inference.Answering;
using PathVlm.MLNet.Inference.Policies;
using PathVlm.MLNet.Inference.Provenance;
using PathVlm.MLNet.Persistence;
using PathVlm.MLNet.Training.Loop;
using PathVlm.MLNet.Training.Origins;
using PathVlm.MLNet.Training.Reporting;
using PathVlm.Modeling.Forecasting;

namespace PathVlm.MLNet.Training.Sft;

/// <summary>Fine-tunes Qwen2.5-VL on pathology questions with explanations (supervised), the recipe's first stage.</summary>
/// <remarks>
/// <list type="table">
/// <item><term>Does this estimator need to look at the data to train?</term><description>
/// Yes: rows whose <c>Stage</c> is the options', or all where that column does not exist
/// </description></item>
/// <item><term>Input columns</term><description>
/// <c>Image</c> (MLImage); <c>Question</c>, <c>Answer</c>, <c>Explanation</c> (text); <c>Options</c> (vector of text)
/// </description></item>
/// <item><term>Output columns</term><description>
/// <c>Response</c>, <c>Reasoning</c>, <c>PredictedAnswer</c> (text), <c>ResponseTokenCount</c> (<see cref="int"/>)
/// </description></item>
/// <item><term>Exportable to ONNX</term><description>No</description></item>
/// </list>
/// Starts from a checkpoint folder, a zip, or the stage before it in the chain. For research, not for diagnosis.
/// </remarks>
public sealed class PathologySftEstimator : IEstimator<PathologyTransformer>
{
    private readonly IHostEnvironment _environment;
    private readonly PathologySftOptions _options;

    internal PathologySftEstimator(IHostEnvironment environment, PathologySftOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        _environment = environment;
        _options = options.ValidatedCopy();
        _options.RequireCheckpointFolder();
    }

    /// <summary>How the last call of <see cref="Fit"/> ended; null before.</summary>
    public TrainingResult? Result { get; private set; }

    /// <summary>Fine-tunes on the rows and returns the model as a transformer.</summary>
    /// <param name="input">Rows; those of other stages are passed over.</param>
    /// <returns>
    /// The fitted model; the caller disposes it. Where training was cancelled it holds what was learnt until then
    /// (<see cref="StopReason.Cancelled"/>), the start's weights where that was before the first step: a cancelled chain ends soon, and its
    /// later stages are copies of the one that was cancelled.
    /// </returns>
    /// <exception cref="ArgumentOutOfRangeException">
    /// A column is missing or of another type, there is no model to start from, or no row of the stage.
    /// </exception>
    /// <exception cref="InvalidDataException">A row or the base model is faulty; the message names it.</exception>
    public PathologyTransformer Fit(IDataView input)
    {
        ArgumentNullException.ThrowIfNull(input);
        PathologySchema.Check(input.Schema, SftRows.Needs);
        PolicyOrigin.Check(_options, PolicyAnnotation.Find(input.Schema) is not null, SftDefaults.Name);
        using var channel = new MessageChannel(_environment, SftDefaults.Name);
        using PolicyOrigin origin = PolicyOrigin.Of(_options, input.Schema, SftDefaults.Name);
        ValidationSplit? rows = UntilCancelled.Run(() => SftRows.Read(input, origin.Encoder, _options), _options.Cancellation);
        if (rows is not null) Report(rows, _options, channel);
        PathologySftOptions decided = _options.Copy();
        if (rows is not null) MemoryDoor.Pass(decided, SftMemory.Of(decided, rows, origin), origin.Device, SftDefaults.Name);
        PathologyPolicy policy = origin.Load().Retain();
        if (!origin.StartsFromStage && policy.Provenance.Base?.Notice is { } notice) channel.Warning(notice);
        try
        {
            var trainer = new SupervisedTrainer(policy.Model, decided) { Notice = channel.Info };
            Result = rows is null
                ? TrainingResult.NotBegun
                : trainer.Train(rows.Training, rows.Validation, new ChannelProgress(channel, _options.Progress), _options.Cancellation);
            policy.TrainedPictures = policy.TrainedPictures.Union(
                (rows?.Training ?? []).Concat(rows?.Validation ?? []).SelectMany(row => row.Pictures)
                    .Select(picture => picture.ContentHash));
            SupervisedExample[] all = [.. (rows?.Training ?? []).Concat(rows?.Validation ?? [])];
            policy.Provenance = policy.Provenance.With(new StageProvenance(
                SftDefaults.Name, all.Length,
                RowsDigest.Of(all.Select(row => (row.TokenIds, row.Pictures.Select(picture => picture.ContentHash)))),
                _options.DataLicence, Judge: null, Result.Steps, StageProvenance.CurrentCode));
            ChannelProgress.ReportEnd(channel, Result);
            TrainingReport.Write(channel, _options.OutputFolder, SftDefaults.Name, Result.ToReport());
            return new PathologyTransformer(_environment, policy, _options.TransformerSettings);
        }
        finally
        {
            policy.Release();
        }
    }

    /// <summary>Forecasts the memory of a fit on the rows, whose longest decide; no weights are loaded from a folder.</summary>
    /// <param name="input">The rows.</param>
    /// <returns>The forecast.</returns>
    /// <exception cref="ArgumentOutOfRangeException">
    /// It is more than the device has; the message names changes that would fit. Or as for <see cref="Fit"/>.
    /// </exception>
    /// <exception cref="InvalidDataException">A row or the base model is faulty; the message names it.</exception>
    public MemoryEstimate ForecastMemory(IDataView input)
    {
        ArgumentNullException.ThrowIfNull(input);
        PathologySchema.Check(input.Schema, SftRows.Needs);
        PolicyOrigin.Check(_options, PolicyAnnotation.Find(input.Schema) is not null, SftDefaults.Name);
        using PolicyOrigin origin = PolicyOrigin.Of(_options, input.Schema, SftDefaults.Name);
        PathologySftOptions decided = _options.Copy();
        MemoryWork work = SftMemory.Of(decided, SftRows.Read(input, origin.Encoder, decided), origin);
        return MemoryDoor.Pass(decided, work, origin.Device, SftDefaults.Name);
    }

    /// <summary>Checks the input's columns and returns the output's; no model is loaded.</summary>
    /// <exception cref="ArgumentOutOfRangeException">
    /// A column is missing or of another type, or there is no model to start from.
    /// </exception>
    public SchemaShape GetOutputSchema(SchemaShape inputSchema)
    {
        PathologySchema.Check(inputSchema, SftRows.Needs);
        PolicyOrigin.Check(_options, PolicyAnnotation.IsPromised(inputSchema), SftDefaults.Name);
        return PathologyTransformer.OutputShape(inputSchema);
    }

    private static void Report(ValidationSplit rows, PathologySftOptions options, MessageChannel channel)
    {
        int all = rows.Training.Count + rows.Validation.Count;
        channel.Info($"{rows.Training.Count} rows to train on, {rows.Validation.Count} to validate by");
        if (rows.Training.Concat(rows.Validation).Count(row => !row.HasExplanation) is > 0 and int without)
            channel.Warning(
                $"{without} of {all} rows have no explanation; they are taught the reasoning [{options.ReasoningWithoutExplanation}]"
                + $" ({nameof(options.ReasoningWithoutExplanation)}).");
        if (rows.Shortfall > 0)
            channel.Warning(
                $"ValidationFraction asks for {rows.Wanted} rows, and {rows.Validation.Count} are kept:"
                + " more would divide the rows of a picture.");
    }
}
