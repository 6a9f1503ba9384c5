using System.Globalization;
using PathVlm.Benchmarks.Measuring;
using PathVlm.Benchmarks.Shapes;
using PathVlm.Benchmarks.Training;
using PathVlm.Modeling;
using PathVlm.Modeling.Generation;
using PathVlm.Modeling.Generation.Decoding;
using PathVlm.Modeling.Generation.Sampling;

namespace PathVlm.Benchmarks.Generation;

/// <summary>
/// Questions answered greedily at 16 a batch, answers 10 to 200 tokens long: refilled batches against fixed ones, in which a batch waits
/// for its longest answer. Both sides use the same kernels.
/// </summary>
internal static class EvaluateBenchmark
{
    private const int Batch = 16;
    private const int PromptLength = 64;

    /// <summary>Measures.</summary>
    public static void Run(BenchmarkContext context)
    {
        BenchShape shape = context.Pick(BenchShape.Tiny, BenchShape.Quick, BenchShape.Full);
        (int questions, int shortest, int longest) = context.Pick((32, 1, 8), (128, 10, 100), (256, 10, 200));
        using Qwen25VlModel model = BenchModels.Policy(shape);
        MadeUpRows made = new(shape);
        Random random = new(5);
        GenerationPrompt[] prompts = [.. Enumerable.Range(0, questions).Select(i =>
            new GenerationPrompt(made.TextIds(new Random(i), PromptLength)) { MaxNewTokens = random.Next(shortest, longest + 1) })];
        using BatchedGenerator generator = new(model, [], made.ControlIds, new GeneratorOptions { RowLimit = Batch });
        SamplingOptions greedy = new() { Greedy = true, MaxNewTokens = longest };
        GeneratedSequence[] refilled = [], batched = [];
        GenerationStatistics statistics = default;
        ProcessMemory.ResetPeak();
        Sample ours = Sample.Of(context.Machine, context.Repeats(2, 1), () =>
        {
            refilled = generator.Generate(prompts, 1, greedy);
            statistics = generator.Statistics;
        });
        long peak = ProcessMemory.PeakBytes;
        Sample usual = Sample.Of(
            context.Machine, context.Repeats(2, 1), () =>
            batched = [.. prompts.Chunk(Batch).SelectMany(batch => Fixed(generator, batch, greedy))]);
        Compare(prompts, refilled, batched);
        double live = (double)statistics.DecodedRows / statistics.FullRows;
        context.Table.Add(new ResultRow(
            "evaluate", $"{questions} questions of {PromptLength}, {shortest}-{longest} tokens, batch {Batch}", ours)
        {
            Figure = string.Create(CultureInfo.InvariantCulture,
                $"{questions / ours.Median:F1} questions/s, {usual.Median / ours.Median:F2} x fixed batches; {live:P0} live"),
            Goal = context.Pick("", "", "1.5 x; 90 %"),
            PeakBytes = peak,
            RatioToUsual = usual.Median / ours.Median,
        });
    }

    /// <summary>A batch that decodes every row until its longest answer ends.</summary>
    private static GeneratedSequence[] Fixed(BatchedGenerator generator, GenerationPrompt[] batch, SamplingOptions greedy)
    {
        int longest = batch.Max(prompt => prompt.MaxNewTokens!.Value);
        return generator.Generate(batch.Select(prompt => prompt with { MaxNewTokens = longest }), 1, greedy);
    }

    /// <summary>An answer is the beginning of the one that waited, up to a token on which two were as likely.</summary>
    private static void Compare(GenerationPrompt[] prompts, GeneratedSequence[] refilled, GeneratedSequence[] batched)
    {
        EqualTokens equal = new("evaluate", 1e-3);
        for (int row = 0; row < prompts.Length; row++)
            equal.Compare(row, refilled[row], batched[row], prompts[row].MaxNewTokens!.Value);
        equal.ThrowUnlessMost();
    }
}
