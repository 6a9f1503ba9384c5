namespace PathVlm.MLNet.Training.Logging;

/// <summary>Names of what a stage writes to its output folder.</summary>
internal static class TrainingOutput
{
    /// <summary>One JSON line per log line: <c>step</c> and the metrics (<see cref="MetricNames"/>).</summary>
    public const string MetricsFile = "metrics.jsonl";

    /// <summary>One JSON line per completion that GRPO sampled: question, text, tokens, rewards, advantage.</summary>
    public const string RolloutsFile = "rollouts.jsonl";

    /// <summary>A page with the run's curves and, of GRPO, some of its completions.</summary>
    public const string ReportFile = "report.html";

    /// <summary>Folder of TensorBoard events.</summary>
    public const string EventsFolder = "tensorboard";

    /// <summary>Checkpoint folder with the policy of a GRPO stage that its judge stopped.</summary>
    public const string StoppedFolder = "stopped";
}
