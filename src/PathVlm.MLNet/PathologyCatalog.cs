using System.Diagnostics.CodeAnalysis;
using Microsoft.ML;
using Microsoft.ML.Runtime;
using PathVlm.MLNet.Answers;
using PathVlm.MLNet.Data;
using PathVlm.MLNet.Data.Rows;
using PathVlm.MLNet.Evaluation;
using PathVlm.MLNet.Inference.Answering;
using PathVlm.MLNet.Inference.External;
using PathVlm.MLNet.Inference.Policies;
using PathVlm.MLNet.Inference.Rollouts;
using PathVlm.MLNet.Judging.Models;
using PathVlm.MLNet.Judging.Protocol;
using PathVlm.MLNet.Judging.Records;
using PathVlm.MLNet.Judging.Rubric;
using PathVlm.MLNet.Persistence;
using PathVlm.MLNet.Persistence.Zips;
using PathVlm.MLNet.Rewards;
using PathVlm.MLNet.Rewards.Scaling;
using PathVlm.MLNet.Training.Grpo;
using PathVlm.MLNet.Training.Grpo.Options;
using PathVlm.MLNet.Training.Grpo.Rewards;
using PathVlm.MLNet.Training.Options;
using PathVlm.MLNet.Training.Sft;

namespace PathVlm.MLNet;

/// <summary>The door to this library: <c>mlContext.Pathology()</c>.</summary>
[SuppressMessage("Performance", "CA1822:Mark members as static", Justification = "Everything is reached through mlContext.Pathology().")]
public sealed class PathologyCatalog
{
    private readonly IHostEnvironment _environment;

    internal PathologyCatalog(IHostEnvironment environment)
    {
        _environment = environment;
        Data = new PathologyDataCatalog(environment);
    }

    /// <summary>Loads, splits and checks sets of questions.</summary>
    public PathologyDataCatalog Data { get; }

    /// <summary>
    /// Loads a fitted model or chain from a zip, as <c>mlContext.Model.Load</c> does, after every entry of it was checked: their number,
    /// names, sizes declared and true, checksums and ratio, and the assemblies that ML.NET would load for it. ML.NET's own call checks
    /// none of these and loads what a zip names: use this door for files that come from elsewhere. Temporary files are readable by their
    /// owner alone, and those of a process that was killed are deleted by the next one.
    /// </summary>
    /// <param name="path">The zip.</param>
    /// <param name="schema">Schema of the rows that the model was fitted on; null where the zip holds none.</param>
    /// <param name="options">What the zip may hold beside; null for the defaults.</param>
    /// <returns>The model; the caller disposes its fitted stages.</returns>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="InvalidDataException">The file is no model, is damaged, or holds what it may not; the message names it.</exception>
    public ITransformer Load(string path, out DataViewSchema schema, ModelZipOptions? options = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        return ModelZip.Load(path, out schema, options ?? new ModelZipOptions());
    }

    /// <summary>
    /// Saves a fitted model or chain as <c>mlContext.Model.Save</c> does, whole or not at all: a file that was there before stays until the
    /// new one is complete and on the disk, whenever the process is killed. ML.NET's own call truncates it first.
    /// </summary>
    /// <param name="model">The model.</param>
    /// <param name="schema">Schema of its input rows; null where the zip is to hold none.</param>
    /// <param name="path">The zip; its folder is made.</param>
    /// <exception cref="IOException">The zip cannot be written; the one before is as it was.</exception>
    public void Save(ITransformer model, DataViewSchema? schema, string path)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentException.ThrowIfNullOrEmpty(path);
        ModelZip.Save(model, schema, path);
    }

    /// <summary>Supervised fine-tuning on pathology questions with explanations; the options most often changed as arguments.</summary>
    /// <param name="baseModel">Checkpoint folder or zip to start from; null: the stage before in the chain.</param>
    /// <param name="maxSteps">Optimizer steps; null: the default, or given by <paramref name="epochs"/>.</param>
    /// <param name="epochs">Passes over the rows, instead of <paramref name="maxSteps"/>.</param>
    /// <param name="batchSize">Rows of a micro-batch.</param>
    /// <param name="learningRate">Learning rate after the warm-up.</param>
    /// <param name="seed">Seed of every random choice.</param>
    /// <param name="stage">Value of column <c>Stage</c> whose rows are trained on.</param>
    /// <exception cref="ArgumentOutOfRangeException">An argument is out of range; all that are, are named.</exception>
    public PathologySftEstimator SupervisedFineTuning(
        string? baseModel = null, long? maxSteps = null, double? epochs = null, int batchSize = SftDefaults.BatchSize,
        double learningRate = SftDefaults.LearningRate, long seed = TrainingDefaults.Seed, string stage = PathologyStages.Sft) =>
        SupervisedFineTuning(new PathologySftOptions
        {
            BaseModel = baseModel,
            MaxSteps = maxSteps ?? (epochs is null ? SftDefaults.MaxSteps : null),
            Epochs = epochs,
            BatchSize = batchSize,
            LearningRate = learningRate,
            Seed = seed,
            Stage = stage,
        });

    /// <summary>Supervised fine-tuning on pathology questions with explanations.</summary>
    /// <param name="options">Options; copied.</param>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of range; all that are, are named.</exception>
    public PathologySftEstimator SupervisedFineTuning(PathologySftOptions options) => new(_environment, options);

    /// <summary>A model as it is, without training: a checkpoint folder in a published layout, or a zip.</summary>
    /// <param name="path">Checkpoint folder or zip.</param>
    /// <param name="options">How it reads rows and writes answers; null for the defaults.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is nothing at <paramref name="path"/>, or an option is out of range.</exception>
    /// <exception cref="InvalidDataException">The folder or zip is faulty; the message says what is wrong.</exception>
    public PathologyTransformer Pretrained(string path, PathologyModelOptions? options = null) =>
        PathologyModelFile.Open(_environment, path, options ?? new PathologyModelOptions());

    /// <summary>
    /// A model that is not ours, behind an OpenAI-compatible address: asked with the same prompt and picture as ours, read by the same
    /// rules. Nothing is sent before a row is answered; pictures then go to the address.
    /// </summary>
    /// <param name="address">Base address, such as https://api.openai.com/v1.</param>
    /// <param name="options">Model, prompt, bounds; null for the defaults.</param>
    /// <param name="key">The key; null: that of <see cref="ExternalModel.KeyVariable"/>.</param>
    /// <exception cref="ArgumentException">The address is no absolute http address, or there is no key.</exception>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of range; all that are, are named.</exception>
    public ExternalModel External(Uri address, ExternalModelOptions? options = null, string? key = null) =>
        ExternalModel.Create(address, key, options);

    /// <summary>Adds <c>FormatReward</c> to rollouts: 1 where a completion has the think/answer format, else 0.</summary>
    /// <returns>
    /// An estimator that reads no data. Input: <c>Rollouts</c>, vector of text, length G. Output: <c>FormatReward</c>, vector of
    /// <see cref="float"/>, length G, 0 or 1.
    /// </returns>
    public IEstimator<ITransformer> FormatReward() => new FormatRewardEstimator(_environment);

    /// <summary>Adds <c>AccuracyReward</c> to rollouts: 1 where a completion's answer is right, else 0.</summary>
    /// <param name="rule">When an answer is right; the default is the paper's: letter and text equal to the standard answer.</param>
    /// <returns>
    /// An estimator that reads no data. Input: <c>Rollouts</c>, vector of text, length G; <c>Question</c>, <c>Answer</c>, text;
    /// <c>Options</c>, vector of text. Output: <c>AccuracyReward</c>, vector of <see cref="float"/>, length G, 0 or 1.
    /// </returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="rule"/> is no <see cref="AccuracyRule"/>.</exception>
    public IEstimator<ITransformer> AccuracyReward(AccuracyRule rule = AccuracyRule.Paper) =>
        new AccuracyRewardEstimator(_environment, rule);

    /// <summary>
    /// Adds the cross-modal process reward to rollouts: <c>ProcessReward</c>, <c>CompletenessScore</c>, <c>SoundnessScore</c>,
    /// <c>JudgeFindings</c>. The judge itemises, this library scores; a review that is missing is NaN, never 0.
    /// </summary>
    /// <param name="judge">
    /// Who reviews: <see cref="OpenAiJudge"/>, <see cref="RubricJudge"/> (offline), <see cref="RecordedJudge"/>, or one's own.
    /// </param>
    /// <param name="options">What the judge is told, bounds, record; null for the defaults.</param>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of range; all that are, are named.</exception>
    public ProcessRewardEstimator ProcessReward(IProcessJudge judge, ProcessRewardOptions? options = null) =>
        new(_environment, judge, options);

    /// <summary>
    /// Adds <c>Reward</c>, the weighted sum of reward columns, and <c>Advantage</c>, how much better than its group a rollout is.
    /// </summary>
    /// <param name="rewards">Columns and weights; one or more, each column once.</param>
    /// <param name="missing">What stands in for a missing score (NaN).</param>
    /// <returns>
    /// An estimator that reads no data. Input: a vector of <see cref="float"/> for each reward, NaN where there is no score. Output:
    /// <c>Reward</c> (NaN where no reward gave a score) and <c>Advantage</c> (0 there), vectors of <see cref="float"/>.
    /// </returns>
    /// <exception cref="ArgumentOutOfRangeException">No reward, a blank or doubled column, or a weight that is not finite.</exception>
    public IEstimator<ITransformer> SumRewards(
        IReadOnlyList<RewardWeight> rewards, MissingRewardPolicy missing = MissingRewardPolicy.GroupMean) =>
        new RewardSumEstimator(_environment, rewards, missing);

    /// <summary>GRPO with rewards that are columns; the options most often changed as arguments.</summary>
    /// <param name="rewards">Adds the reward columns to rollouts: an estimator, a chain of them, or a user's CustomMapping.</param>
    /// <param name="baseModel">Checkpoint folder or zip to start from; null: the stage before in the chain.</param>
    /// <param name="maxSteps">Optimizer steps; null: the default, or given by <paramref name="epochs"/>.</param>
    /// <param name="epochs">Passes over the rows, instead of <paramref name="maxSteps"/>.</param>
    /// <param name="groupSize">G, completions sampled of each row; 2 or more.</param>
    /// <param name="batchSize">Completions of a micro-batch.</param>
    /// <param name="learningRate">Learning rate after the warm-up.</param>
    /// <param name="beta">Weight of the KL divergence to the policy at the start.</param>
    /// <param name="seed">Seed of every random choice.</param>
    /// <param name="stage">Value of column <c>Stage</c> whose rows are trained on.</param>
    /// <exception cref="ArgumentOutOfRangeException">An argument is out of range; all that are, are named.</exception>
    public GrpoEstimator Grpo(
        IEstimator<ITransformer> rewards, string? baseModel = null, long? maxSteps = null, double? epochs = null,
        int groupSize = GrpoDefaults.GroupSize, int batchSize = GrpoDefaults.BatchSize,
        double learningRate = GrpoDefaults.LearningRate, double beta = GrpoDefaults.Beta, long seed = TrainingDefaults.Seed,
        string stage = PathologyStages.Rl) =>
        Grpo(rewards, new GrpoOptions
        {
            BaseModel = baseModel,
            MaxSteps = maxSteps ?? (epochs is null ? GrpoDefaults.MaxSteps : null),
            Epochs = epochs,
            GroupSize = groupSize,
            BatchSize = batchSize,
            LearningRate = learningRate,
            Beta = beta,
            Seed = seed,
            Stage = stage,
        });

    /// <summary>GRPO with rewards that are columns.</summary>
    /// <param name="rewards">Adds the reward columns to rollouts: an estimator, a chain of them, or a user's CustomMapping.</param>
    /// <param name="options">Options; copied.</param>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of range; all that are, are named.</exception>
    public GrpoEstimator Grpo(IEstimator<ITransformer> rewards, GrpoOptions options) => new(_environment, rewards, options);

    /// <summary>GRPO with rewards that are fitted already.</summary>
    /// <param name="rewards">Adds the reward columns to rollouts.</param>
    /// <param name="options">Options; copied.</param>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of range; all that are, are named.</exception>
    public GrpoEstimator Grpo(ITransformer rewards, GrpoOptions options)
    {
        ArgumentNullException.ThrowIfNull(rewards);
        return new GrpoEstimator(_environment, new FittedReward(rewards), options);
    }

    /// <summary>Samples completions of rows as columns <c>Rollouts</c> and <c>RolloutTokenCounts</c>, for rewards to be tried on.</summary>
    /// <param name="model">A fitted model, or a chain whose last fitted model samples.</param>
    /// <param name="rows">Rows with pictures and questions.</param>
    /// <param name="groupSize">G, completions of each row; 1 or more. Default 4.</param>
    /// <param name="options">How to sample; null for the defaults.</param>
    /// <returns>The rows with the columns; sampled in batches where somebody asks, the same each time.</returns>
    /// <exception cref="ArgumentOutOfRangeException">
    /// An option is out of range, a column is missing, or there is no model in <paramref name="model"/>.
    /// </exception>
    public IDataView SampleRollouts(
        ITransformer model, IDataView rows, int groupSize = GrpoDefaults.GroupSize, RolloutOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(rows);
        return RolloutSampling.Sample(model, rows, groupSize, options ?? new RolloutOptions());
    }

    /// <summary>Evaluates answered rows by both accuracy rules, with intervals. For research, not for diagnosis.</summary>
    /// <param name="scored">Rows that a fitted model has answered; columns: <see cref="PathologyEvaluator.Evaluate"/>.</param>
    /// <param name="seed">Seed of the bootstrap's 10,000 draws; default 17.</param>
    /// <param name="cancellation">Stops between two rows.</param>
    /// <exception cref="ArgumentOutOfRangeException">A column is missing or has another type.</exception>
    public EvaluationResult Evaluate(IDataView scored, int seed = 17, CancellationToken cancellation = default)
    {
        EvaluationResult result = PathologyEvaluator.Evaluate(scored, new EvaluationOptions { Seed = seed }, cancellation);
        using var channel = new MessageChannel(_environment, "Pathology evaluation");
        channel.Info(EvaluationTables.Accuracy([("model", result)]));
        return result;
    }

    /// <summary>The second model against the first on the same rows. For research, not for diagnosis.</summary>
    /// <param name="first">Rows that the first model has answered.</param>
    /// <param name="second">The same rows, answered by the second.</param>
    /// <param name="seed">Seed of the bootstrap's 10,000 draws; default 17.</param>
    /// <param name="cancellation">Stops between two rows.</param>
    /// <exception cref="ArgumentException">The two are not about the same rows.</exception>
    public ModelComparison Compare(IDataView first, IDataView second, int seed = 17, CancellationToken cancellation = default)
    {
        ModelComparison comparison = PathologyEvaluator.Compare(first, second, new EvaluationOptions { Seed = seed }, cancellation);
        using var channel = new MessageChannel(_environment, "Pathology evaluation");
        channel.Info(EvaluationTables.Comparisons([("second - first", comparison)]));
        return comparison;
    }
}
