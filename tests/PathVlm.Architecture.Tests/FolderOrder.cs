namespace PathVlm.Architecture.Tests;

/// <summary>The folders of each project, lowest first; the empty name is the project's root.</summary>
internal static class FolderOrder
{
    private static readonly string[] Experiments =
    [
        "Plans",
        "Progress",
        "Answers",
        "Results",
        "Reviews",
        "Rollouts",
        "Stages",
        "Reporting",
        "Runs",
        "",
    ];

    private static readonly string[] Host =
    [
        "Faults",
        "Settings",
        "Hosting",
        "Presentation",
        "Runs",
        "Commands",
        "",
    ];

    private static readonly string[] MLNet =
    [
        "Display", "Diagnostics",
        "Answers",
        "Chat/Faults", "Chat",
        "Persistence", "Persistence/Weights", "Persistence/Zips",
        "Views",
        "Data/Faults", "Data/Pictures", "Data/Rows", "Data/Loading/Records", "Data/Loading/Layouts", "Data/Loading",
        "Data/Overlaps", "Data/Splitting", "Data/Controls", "Data/Previews", "Data",
        "Evaluation/Statistics", "Evaluation",
        "Inference/Bases", "Inference/Provenance", "Inference/Policies", "Inference/Answering", "Inference/External", "Inference/Rollouts",
        "Inference/Conversations", "Inference/Batching", "Inference/Clients",
        "Judging/Protocol", "Judging/Wording", "Judging/Messages", "Judging/Models", "Judging/Rubric", "Judging/Scoring",
        "Judging/Records", "Judging/Panel", "Judging/Canaries",
        "Rewards/Scaling", "Rewards",
        "Training/Options", "Training/Logging", "Training/Checkpoints", "Training/Reporting", "Training/Loop", "Training/Origins",
        "Training/Grpo/Options",
        "Training/Grpo/Losses", "Training/Grpo/Rollouts", "Training/Grpo/Scoring", "Training/Grpo/Rewards", "Training/Grpo", "Training/Sft",
        "",
    ];

    private static readonly string[] Modeling =
    [
        "Files/Platform", "Files",
        "Configuration",
        "Numerics",
        "Optimization",
        "Options",
        "Hub",
        "Checkpoints/Safetensors", "Checkpoints",
        "Parameters",
        "Processing/Pictures", "Processing/Tokenization", "Processing/Chat", "Processing/Unicode", "Processing",
        "Sequences",
        "Layers/Kernels", "Layers",
        "Adapters",
        "Forecasting",
        "Language",
        "Native",
        "Vision",
        "",
        "Generation/Sampling", "Generation/Decoding", "Generation/Kernels", "Generation",
        "Training",
    ];

    private static readonly string[] Parquet =
    [
        "",
    ];

    private static readonly string[] Serving =
    [
        "Protocol",
        "Limits",
        "Endpoints",
        "",
    ];

    private static readonly string[] Synthesis =
    [
        "Drawing",
        "Findings",
        "OtherModalities",
        "Questions",
        "",
        "Corpus",
        "Tokenization",
        "BaseModel",
    ];

    /// <summary>The folders of a project.</summary>
    /// <param name="project">Such as PathVlm.Modeling.</param>
    public static IReadOnlyList<string> Of(string project) => project switch
    {
        "PathVlm.Experiments" => Experiments,
        "PathVlm.Host" => Host,
        "PathVlm.MLNet" => MLNet,
        "PathVlm.Modeling" => Modeling,
        "PathVlm.Parquet" => Parquet,
        "PathVlm.Serving" => Serving,
        "PathVlm.Synthesis" => Synthesis,
        _ => throw new InvalidOperationException($"project [{project}] has no order of folders"),
    };
}
