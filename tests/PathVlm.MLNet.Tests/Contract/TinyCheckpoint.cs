using PathVlm.MLNet.Data.Rows;
using PathVlm.MLNet.Training.Grpo.Options;
using PathVlm.MLNet.Training.Options;
using PathVlm.MLNet.Training.Sft;
using PathVlm.Modeling.Generation.Sampling;
using PathVlm.Testing;

namespace PathVlm.MLNet.Tests.Contract;

/// <summary>A checkpoint of the reference set and a few questions: small enough to be trained in every test.</summary>
internal static class TinyCheckpoint
{
    public static string Folder { get; } = ReferenceSet.PathOf(ReferenceSet.Checkpoints()[0]);

    public static PathologySftOptions SftOptions(long steps = 1) => new()
    {
        BaseModel = Folder,
        MaxSteps = steps,
        BatchSize = 2,
        LearningRate = 1e-2,
        Precision = TrainingPrecision.Float32,
        WarmupFraction = 0,
        Decoding = new SamplingOptions { Greedy = true, MaxNewTokens = 6 },
        AnswerBatchSize = 2,
    };

    public static GrpoOptions GrpoOptions(long steps = 1) => new()
    {
        BaseModel = Folder,
        MaxSteps = steps,
        GroupSize = 2,
        BatchSize = 4,
        LearningRate = 1e-2,
        Precision = TrainingPrecision.Float32,
        MaxCompletionLength = 5,
        Decoding = new SamplingOptions { Greedy = true, MaxNewTokens = 6 },
        AnswerBatchSize = 2,
    };

    public static PathologyQuestion[] Questions(params string?[] stages)
    {
        string[] pictures =
            [.. Directory.EnumerateFiles(ReferenceSet.PathOf("images"), "*.png").Order(StringComparer.Ordinal)
            .Where(path => new FileInfo(path).Length < 100_000).Take(3)];
        return [.. stages.Select((stage, row) => new PathologyQuestion(
            $"q{row}", pictures[row % pictures.Length], $"What is shown in picture {row}?", ["A) keratin pearl", "B) psammoma body"],
            row % 2 == 0 ? "A) keratin pearl" : "B) psammoma body", $"Layers of cells, number {row}.", "Tiles", stage))];
    }

    public static PathologyDataView Rows(params string?[] stages) => new(Questions(stages));
}
