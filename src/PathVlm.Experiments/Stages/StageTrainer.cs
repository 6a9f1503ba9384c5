using System.Globalization;
using Microsoft.ML;
using Microsoft.ML.Data;
using PathVlm.Experiments.Progress;
using PathVlm.MLNet;
using PathVlm.MLNet.Inference.Answering;
using PathVlm.MLNet.Judging.Canaries;
using PathVlm.MLNet.Judging.Protocol;
using PathVlm.MLNet.Rewards;
using PathVlm.MLNet.Training.Grpo.Options;
using PathVlm.MLNet.Training.Logging;
using PathVlm.MLNet.Training.Loop;
using PathVlm.MLNet.Training.Options;
using PathVlm.MLNet.Training.Sft;

namespace PathVlm.Experiments.Stages;

/// <summary>The recipe's stages as estimators whose training is reported, logged and cancelled.</summary>
internal sealed class StageTrainer(PathologyCatalog pathology, IProcessJudge judge, RunReporter reporter, CancellationToken cancellation)
{
    private const double SaveMinutes = 1;
    private readonly List<(string Title, TrainingResult Result)> _trained = [];

    /// <summary>Memory over the steps of all stages.</summary>
    internal MemoryTrace Memory { get; } = new();

    /// <summary>How the training of each stage ended, by the stage's title, in their order.</summary>
    internal IReadOnlyList<(string Title, TrainingResult Result)> Trained => _trained;

    /// <summary>Whether the judge's canaries have been reported.</summary>
    internal bool CanariesReported { get; set; }

    /// <summary>Supervised fine-tuning.</summary>
    /// <param name="options">Its options; their seed, folder, progress and cancellation are written.</param>
    /// <param name="place">Where it is logged.</param>
    internal IEstimator<PathologyTransformer> FineTuning(PathologySftOptions options, StagePlace place) =>
        Finite(pathology.SupervisedFineTuning(Observed(options, place)), stage => stage.Result, place, "Sft", options);

    /// <summary>GRPO with format and accuracy reward.</summary>
    /// <inheritdoc cref="FineTuning"/>
    internal IEstimator<PathologyTransformer> OutcomeGrpo(GrpoOptions options, StagePlace place) =>
        Finite(pathology.Grpo(Outcome(), Observed(options, place)), stage => stage.Result, place, "Grpo", options);

    /// <summary>GRPO with the process reward added; the judge's canaries are reported before it.</summary>
    /// <inheritdoc cref="FineTuning"/>
    internal IEstimator<PathologyTransformer> ProcessGrpo(GrpoOptions options, ProcessRewardOptions process, StagePlace place)
    {
        process.CanaryProgress = new StepProgress<CanaryReport>(ReportOnce);
        return Finite(
            pathology.Grpo(Outcome().Append(pathology.ProcessReward(judge, process)), Observed(options, place)),
            stage => stage.Result, place, "Process", options);
    }

    // Canaries are reviewed before the run and again during a stage; where they do not hold the library warns.
    private void ReportOnce(CanaryReport report)
    {
        if (!CanariesReported && report.Failures.Count == 0) reporter.Message(report.ToString());
        CanariesReported = true;
    }

    private FiniteStage Finite<TStage>(
        TStage stage, Func<TStage, TrainingResult?> resultOf, StagePlace place, string section, PathologyTrainingOptions options)
        where TStage : IEstimator<PathologyTransformer> =>
        new(stage, () => resultOf(stage), place.Title, ($"{section}:LearningRate", options.LearningRate),
            result => _trained.Add((place.Title, result)));

    private EstimatorChain<ITransformer> Outcome() => pathology.FormatReward().Append(pathology.AccuracyReward());

    private TOptions Observed<TOptions>(TOptions options, StagePlace place)
        where TOptions : PathologyTrainingOptions
    {
        options.Seed = place.Seed;
        options.OutputFolder = place.Folder;
        options.ResumeFrom = place.Resumes ? place.Folder : null;
        if (options.SaveSteps is null) options.SaveMinutes ??= SaveMinutes;
        options.Cancellation = cancellation;
        options.Progress = new StepProgress<TrainingProgress>(progress =>
        {
            Memory.Sample(progress.Step);
            reporter.Advanced(place.Title, progress.Step, progress.TotalSteps, Note(progress.Metrics));
        });
        return options;
    }

    /// <summary>A copy of a stage's options that fits any reward: for what is asked before rewards are there.</summary>
    internal static GrpoOptions WithoutRewards(GrpoOptions options)
    {
        GrpoOptions copy = options.Copy();
        (copy.RewardColumns, copy.RewardWeights) = (null, null);
        return copy;
    }

    private static string Note(IReadOnlyDictionary<string, double> metrics)
    {
        string[] shown =
        [
            MetricNames.Loss, MetricNames.MeanTokenAccuracy, MetricNames.Reward, MetricNames.RewardMean("AccuracyReward"),
            MetricNames.RewardMean("ProcessReward"), MetricNames.MeanLength,
        ];
        return string.Join(", ", shown.Where(metrics.ContainsKey)
            .Select(name => string.Create(CultureInfo.InvariantCulture, $"{name} {metrics[name]:0.000}")));
    }
}
