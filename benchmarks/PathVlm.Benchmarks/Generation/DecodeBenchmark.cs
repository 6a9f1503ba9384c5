using System.Globalization;
using PathVlm.Benchmarks.Measuring;
using PathVlm.Benchmarks.Shapes;
using PathVlm.Benchmarks.Training;
using PathVlm.Modeling;
using PathVlm.Modeling.Generation;
using PathVlm.Modeling.Generation.Decoding;
using PathVlm.Modeling.Generation.Sampling;

namespace PathVlm.Benchmarks.Generation;

/// <summary>Seconds a decode step of 1, 4, 16 and 32 prompts takes, against plain libtorch operations on the same rows.</summary>
internal static class DecodeBenchmark
{
    private const int PromptLength = 32;
    private static readonly int[] Batches = [1, 4, 16, 32];

    /// <summary>Measures.</summary>
    public static void Run(BenchmarkContext context)
    {
        BenchShape shape = context.Pick(BenchShape.Tiny, BenchShape.Quick, BenchShape.Full);
        int tokens = context.Pick(4, 32, 64);
        using Qwen25VlModel model = BenchModels.Policy(shape);
        NecessaryWork work = new(shape.Model);
        double bytes = sizeof(float) * (work.TrunkWeights + work.HeadWeights);
        Dictionary<int, double> aToken = [];
        Steps(model, shape, rows: 4, tokens, DecodeBackend.Auto); // Compiles, starts the threads, touches the weights.
        foreach (int rows in Batches)
        {
            ProcessMemory.ResetPeak();
            Probe(context.Machine);
            (Sample time, GeneratedSequence[] ours) = Steps(model, shape, rows, tokens, DecodeBackend.Auto);
            long peak = ProcessMemory.PeakBytes;
            Probe(context.Machine);
            (Sample plain, GeneratedSequence[] theirs) = Steps(model, shape, rows, tokens, DecodeBackend.Torch);
            Compare(ours, theirs);
            aToken[rows] = time.Median / rows;
            context.Table.Add(new ResultRow("decode", $"{rows} row(s)", time)
            {
                Figure = FigureOf(rows, bytes / time.Median / context.Machine.ReadBandwidth, aToken),
                Goal = context.Pick("", "", GoalOf(rows)),
                NecessaryOperations = 2 * rows * (work.TrunkWeights + work.HeadWeights),
                NecessaryBytes = bytes,
                PeakBytes = peak,
                RatioToUsual = plain.Median / time.Median,
            });
        }
    }

    private static void Probe(Machine machine)
    {
        machine.Probe();
        machine.ProbeReading();
    }

    /// <summary>Seconds between the tokens of the first prompt, the first steps left out.</summary>
    private static (Sample Time, GeneratedSequence[] Sequences) Steps(
        Qwen25VlModel model, BenchShape shape, int rows, int tokens, DecodeBackend backend)
    {
        const int WarmUp = 2;
        MadeUpRows made = new(shape);
        using BatchedGenerator generator = new(model, [], made.ControlIds, new GeneratorOptions { RowLimit = rows, Backend = backend });
        List<double> stamps = [];
        GeneratedSequence[] sequences = generator.Generate(
            Enumerable.Range(0, rows).Select(row => new GenerationPrompt(made.TextIds(new Random(row), PromptLength))),
            1, new SamplingOptions { MaxNewTokens = tokens + 1 + WarmUp }, progress: token =>
            {
                if (token.PromptIndex == 0) stamps.Add(Clock.Now);
            });
        double[] seconds = [.. stamps.Skip(1 + WarmUp).Zip(stamps.Skip(WarmUp), (end, start) => end - start)];
        return (new Sample(seconds), sequences);
    }

    /// <summary>Tokens have equal log-probabilities while the draws before them are equal, which most are.</summary>
    private static void Compare(GeneratedSequence[] ours, GeneratedSequence[] theirs)
    {
        EqualTokens equal = new("decode", 1e-4);
        for (int row = 0; row < ours.Length; row++)
            equal.Compare(row, ours[row], theirs[row], ours[row].TokenIds.Count);
        equal.ThrowUnlessMost();
    }

    private static string FigureOf(int rows, double share, Dictionary<int, double> aToken) => rows <= 4
        ? string.Create(CultureInfo.InvariantCulture, $"{share:P0} of read bandwidth")
        : string.Create(CultureInfo.InvariantCulture, $"a token costs {aToken[rows] / aToken[4]:F2} of one of 4 rows");

    private static string GoalOf(int rows) => rows switch { 1 => "85 %", 4 => "50 % (65 %)", 16 => "0.45 or less", _ => "" };
}
