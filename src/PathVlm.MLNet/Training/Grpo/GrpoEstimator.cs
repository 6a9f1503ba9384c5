using Microsoft.ML;
using Microsoft.ML.Runtime;
using PathVlm.MLNet.Data.Rows;
using PathVlm.MLNet.Inference.Answering;
using PathVlm.MLNet.Inference.Policies;
using PathVlm.MLNet.Inference.Provenance;
using PathVlm.MLNet.Inference.Rollouts;
using PathVlm.MLNet.Judging.Protocol;
using PathVlm.MLNet.Persistence;
using PathVlm.MLNet.Rewards;
using PathVlm.MLNet.Training.Checkpoints;
using PathVlm.MLNet.Training.Grpo.Options;
using PathVlm.MLNet.Training.Grpo.Rewards;
using PathVlm.MLNet.Training.Grpo.Rollouts;
using PathVlm.MLNet.Training.Logging;
using PathVlm.MLNet.Training.Loop;
using PathVlm.MLNet.Training.Origins;
using PathVlm.MLNet.Training.Reporting;
using PathVlm.Modeling.Checkpoints;
using PathVlm.Modeling.Files;
using PathVlm.Modeling.Forecasting;

namespace PathVlm.MLNet.Training.Grpo;

/// <summary>
/// Group Relative Policy Optimization on pathology questions: samples G answers of a row, scores them with reward columns, and raises the
/// likelihood of those that score above their group's mean. The recipe's second and third stages.
/// </summary>
/// <remarks>
/// <list type="table">
/// <item><term>Does this estimator need to look at the data to train?</term><description>
/// Yes: rows whose <c>Stage</c> is the options', or all where that column does not exist
/// </description></item>
/// <item><term>Input columns</term><description>
/// <c>Image</c> (MLImage); <c>Question</c> (text); <c>Options</c> (vector of text); what the rewards need, such as <c>Answer</c> (text)
/// </description></item>
/// <item><term>Output columns</term><description>
/// <c>Response</c>, <c>Reasoning</c>, <c>PredictedAnswer</c> (text), <c>ResponseTokenCount</c> (<see cref="int"/>)
/// </description></item>
/// <item><term>Exportable to ONNX</term><description>No</description></item>
/// </list>
/// Continues the stage before it in the chain, or starts from a checkpoint folder or zip. During training the rewards transform a view with
/// all columns of the input, <c>Rollouts</c> (vector of text, length G) and <c>RolloutTokenCounts</c>; they are fitted once, on that view
/// without rows. With a process reward the judge reviews its canaries before the first step and after every so many steps
/// (<see cref="ProcessRewardOptions.Canaries"/>), and log lines have the judge/* metrics (<see cref="MetricNames"/>). For research, not for
/// diagnosis.
/// </remarks>
public sealed class GrpoEstimator : IEstimator<PathologyTransformer>
{
    private readonly IHostEnvironment _environment;
    private readonly IEstimator<ITransformer> _rewards;
    private readonly GrpoOptions _options;

    internal GrpoEstimator(IHostEnvironment environment, IEstimator<ITransformer> rewards, GrpoOptions options)
    {
        ArgumentNullException.ThrowIfNull(rewards);
        ArgumentNullException.ThrowIfNull(options);
        _environment = environment;
        _rewards = rewards;
        _options = options.ValidatedCopy();
        _options.RequireCheckpointFolder();
    }

    /// <summary>How the last call of <see cref="Fit"/> ended; null before.</summary>
    public TrainingResult? Result { get; private set; }

    /// <summary>Deletes the checkpoint that a run which its judge stopped left in its output folder, if there is one.</summary>
    /// <param name="outputFolder">The options' output folder.</param>
    public static void DeleteStoppedCheckpoint(string outputFolder)
    {
        ArgumentException.ThrowIfNullOrEmpty(outputFolder);
        string folder = Path.Combine(outputFolder, TrainingOutput.StoppedFolder);
        if (!Directory.Exists(folder)) return;
        string[] names =
        [
            .. CheckpointFileNames.Text, "LICENSE", "NOTICE", "model*.safetensors", CheckpointFileNames.WeightsIndex,
            PolicySettingsFile.Name, ProvenanceFile.Name,
        ];
        foreach (string file in names.SelectMany(name => Directory.EnumerateFiles(folder, name)).ToArray()) File.Delete(file);
        if (!Directory.EnumerateFileSystemEntries(folder).Any()) Directory.Delete(folder);
    }

    /// <summary>Trains on the rows and returns the model as a transformer.</summary>
    /// <param name="input">Rows; those of other stages are passed over.</param>
    /// <returns>
    /// The fitted model; the caller disposes it. Where training was cancelled it holds what was learnt until then
    /// (<see cref="StopReason.Cancelled"/>), the start's weights where that was before the first step: a cancelled chain ends soon, and its
    /// later stages are copies of the one that was cancelled.
    /// </returns>
    /// <exception cref="ArgumentOutOfRangeException">
    /// A column is missing or of another type, the rewards add none that is wanted, there is no model to start from, or too few rows.
    /// </exception>
    /// <exception cref="InvalidDataException">A row or the base model is faulty; the message names it.</exception>
    /// <exception cref="InvalidOperationException">A reward does not give one score per rollout.</exception>
    /// <exception cref="JudgeStoppedException">
    /// The judge of a process reward cannot be used any further, or fails its canaries where they stop. Where there is an output folder and
    /// a step was done, the policy as it then was is in its folder <c>stopped</c>, a checkpoint to go on from.
    /// </exception>
    public PathologyTransformer Fit(IDataView input)
    {
        ArgumentNullException.ThrowIfNull(input);
        Check(SchemaShapes.Of(input.Schema), PolicyAnnotation.Find(input.Schema) is not null);
        ITransformer scorer = _rewards.Fit(new RolloutView(input, []));
        try
        {
            return FitWith(scorer, input);
        }
        finally
        {
            // Judges that were fitted here hold their record open; fitted rewards are the caller's.
            if (_rewards is not FittedReward)
                foreach (ProcessRewardTransformer judge in PathologyModelFile.Flatten(scorer).OfType<ProcessRewardTransformer>())
                    judge.Dispose();
        }
    }

    /// <summary>Checks the input's columns and the rewards, and returns the output's columns; no model is loaded.</summary>
    /// <exception cref="ArgumentOutOfRangeException">As for <see cref="Fit"/>, but for the rows.</exception>
    public SchemaShape GetOutputSchema(SchemaShape inputSchema)
    {
        Check(inputSchema, PolicyAnnotation.IsPromised(inputSchema));
        return PathologyTransformer.OutputShape(inputSchema);
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
        PathologySchema.Check(input.Schema, GrpoRows.Needs);
        PolicyOrigin.Check(_options, PolicyAnnotation.Find(input.Schema) is not null, GrpoDefaults.Name);
        using PolicyOrigin origin = PolicyOrigin.Of(_options, input.Schema, GrpoDefaults.Name);
        GrpoOptions decided = _options.Copy();
        MemoryWork work = GrpoMemory.Of(decided, GrpoRows.Read(input, origin.Encoder, decided), origin);
        return MemoryDoor.Pass(decided, work, origin.Device, GrpoDefaults.Name);
    }

    private void Check(SchemaShape input, bool isChained)
    {
        PathologySchema.Check(input, GrpoRows.Needs);
        PolicyOrigin.Check(_options, isChained, GrpoDefaults.Name);
        SchemaShape rollouts = RolloutColumns.With(input);
        _options.ValidateRewards(RewardColumns.Find(rollouts, _rewards.GetOutputSchema(rollouts), _options.RewardColumns));
    }

    private PathologyTransformer FitWith(ITransformer scorer, IDataView input)
    {
        IReadOnlyList<string> names = RewardNames(scorer, input.Schema);
        using var channel = new MessageChannel(_environment, GrpoDefaults.Name);
        using PolicyOrigin origin = PolicyOrigin.Of(_options, input.Schema, GrpoDefaults.Name);
        IReadOnlyList<GrpoPrompt>? prompts =
            UntilCancelled.Run(() => GrpoRows.Read(input, origin.Encoder, _options), _options.Cancellation);
        if (prompts is not null) channel.Info($"{prompts.Count} rows to train on, rewards {string.Join(", ", names)}");
        GrpoOptions decided = _options.Copy();
        if (prompts is not null) MemoryDoor.Pass(decided, GrpoMemory.Of(decided, prompts, origin), origin.Device, GrpoDefaults.Name);
        JudgeWatch progress = new(
            JudgeMetrics.JudgesIn(scorer, names), channel, new ChannelProgress(channel, _options.Progress), _options.Cancellation);
        // Before anything large is loaded; where the stage goes on, they were shown already.
        if (_options.ResumeFrom is not { } from || !CheckpointFolder.HoldsAny(from)) progress.Begin();
        PathologyPolicy policy = origin.Load().Retain();
        if (!origin.StartsFromStage && policy.Provenance.Base?.Notice is { } notice) channel.Warning(notice);
        try
        {
            Result = prompts is null
                ? TrainingResult.NotBegun
                : Train(policy, origin, decided, prompts, new RewardColumnSource(input, scorer, names), progress, channel);
            policy.TrainedPictures = policy.TrainedPictures.Union(
                (prompts ?? []).SelectMany(prompt => prompt.Pictures).Select(picture => picture.ContentHash));
            policy.Provenance = policy.Provenance.With(new StageProvenance(
                GrpoDefaults.Name, prompts?.Count ?? 0,
                RowsDigest.Of((prompts ?? []).Select(row => (row.TokenIds, row.Pictures.Select(picture => picture.ContentHash)))),
                _options.DataLicence, JudgesOf(scorer, names), Result.Steps, StageProvenance.CurrentCode));
            ChannelProgress.ReportEnd(channel, Result);
            TrainingReport.Write(channel, _options.OutputFolder, GrpoDefaults.Name, Result.ToReport());
            return new PathologyTransformer(_environment, policy, _options.TransformerSettings);
        }
        finally
        {
            policy.Release();
        }
    }

    private static string? JudgesOf(ITransformer scorer, IReadOnlyList<string> names)
    {
        string[] judges = [.. JudgeMetrics.JudgesIn(scorer, names).Select(judge => judge.Describe())];
        return judges.Length == 0 ? null : string.Join(", ", judges);
    }

    private IReadOnlyList<string> RewardNames(ITransformer scorer, DataViewSchema rows)
    {
        DataViewSchema rollouts = RolloutColumns.With(rows);
        return RewardColumns.Find(SchemaShapes.Of(rollouts), SchemaShapes.Of(scorer.GetOutputSchema(rollouts)), _options.RewardColumns);
    }

    private TrainingResult Train(
        PathologyPolicy policy, PolicyOrigin origin, GrpoOptions decided, IReadOnlyList<GrpoPrompt> prompts, RewardColumnSource scores,
        JudgeWatch progress, MessageChannel channel)
    {
        using var sampler = new GeneratorRolloutSource(
            policy.Model, _options, [.. origin.Encoder.EndTokenIds], [.. origin.Encoder.SuppressedTokenIds], origin.Encoder.Text);
        var trainer = new GrpoTrainer(policy.Model, decided, sampler, scores)
        {
            Reference = origin.Unchanging,
            SuppressedTokenIds = [.. origin.Encoder.SuppressedTokenIds],
            Watch = progress,
            Notice = channel.Info,
        };
        try
        {
            return trainer.Train(prompts, progress, _options.Cancellation);
        }
        catch (JudgeStoppedException stop) when (_options.OutputFolder is not null && trainer.Stopped is { Steps: > 0 } stopped)
        {
            Result = stopped;
            TrainingReport.Write(channel, _options.OutputFolder, GrpoDefaults.Name, stopped.ToReport());
            string folder = Path.Combine(_options.OutputFolder, TrainingOutput.StoppedFolder);
            policy.SaveCheckpoint(folder, new CheckpointWriteOptions { Overwrite = true });
            throw new JudgeStoppedException(
                $"{stop.Message}; the policy after {stopped.Steps} steps is kept as a checkpoint: {folder}", stop);
        }
    }
}
