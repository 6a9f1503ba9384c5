using PathVlm.Benchmarks.Durability;
using PathVlm.Benchmarks.Generation;
using PathVlm.Benchmarks.Input;
using PathVlm.Benchmarks.Measuring;
using PathVlm.Benchmarks.Real;
using PathVlm.Benchmarks.Reliability;
using PathVlm.Benchmarks.Training;

namespace PathVlm.Benchmarks;

/// <summary>The benchmarks by name, and running them into one table.</summary>
internal static class BenchmarkSuite
{
    private static readonly Dictionary<string, Action<BenchmarkContext>> Benchmarks = new()
    {
        ["grpo-step"] = GrpoStepBenchmark.Run,
        ["sft-step"] = SftStepBenchmark.Run,
        ["decode"] = DecodeBenchmark.Run,
        ["evaluate"] = EvaluateBenchmark.Run,
        ["serve"] = ServeBenchmark.Run,
        ["load"] = LoadBenchmark.Run,
        ["tokenize"] = TokenizeBenchmark.Run,
        ["pictures"] = PicturesBenchmark.Run,
        ["scale"] = ScaleBenchmark.Run,
        ["kernels"] = AttentionKernelBenchmark.Run,
        ["profile"] = ProfileBenchmark.Run,
        ["real"] = RealBenchmark.Run,
        ["reliability"] = ReliabilityBenchmark.Run,
        ["kill"] = KillBenchmark.Run,
    };

    // What explains figures rather than being one, or takes a large machine, runs only when asked for by name.
    private static readonly string[] Explaining = ["kernels", "profile", "real", "reliability", "kill"];

    /// <summary>Names that can be asked for, beside <c>all</c>.</summary>
    public static IReadOnlyCollection<string> Names => Benchmarks.Keys;

    /// <summary>Runs one benchmark or all, prints each row as it is measured, and writes the table where asked for.</summary>
    /// <returns>The rows.</returns>
    /// <exception cref="UnequalResultException">Two ways of computing the same thing differ.</exception>
    public static IReadOnlyList<ResultRow> Run(BenchmarkArguments arguments, TextWriter output)
    {
        Machine machine = new(arguments.Size == BenchmarkSize.Tiny ? 128 : 2048);
        ResultTable table = new(machine, output);
        table.Begin();
        foreach (string name in arguments.Name == "all" ? Names.Except(Explaining) : [arguments.Name])
        {
            Benchmarks[name](new BenchmarkContext(arguments, machine, table));
            if (arguments.Name == "all" && name == "grpo-step")
                Benchmarks[name](new BenchmarkContext(arguments with { Prompts = 4 }, machine, table));
        }
        table.End();
        string? file = arguments.Output ?? (arguments.Name == "all" && arguments.Size != BenchmarkSize.Tiny ? DefaultFile : null);
        if (file is not null)
        {
            Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(file))!);
            File.WriteAllText(file, table.ToMarkdown());
            output.WriteLine($"written to {file}");
        }
        return table.Rows;
    }

    private static string DefaultFile => Path.Combine(Repository.Folder, "artifacts", "benchmarks.md");
}

/// <summary>What a benchmark is given.</summary>
/// <param name="Arguments">What was asked for.</param>
/// <param name="Machine">The machine's rates.</param>
/// <param name="Table">Where rows go.</param>
internal sealed record BenchmarkContext(BenchmarkArguments Arguments, Machine Machine, ResultTable Table)
{
    /// <summary>Measured repeats: what was asked for, else this benchmark's number, one in tests.</summary>
    public int Repeats(int full, int quick) => Arguments.Repeats ?? Pick(1, quick, full);

    /// <summary>The value for the size that was asked for.</summary>
    public T Pick<T>(T tiny, T quick, T full) => Arguments.Size switch
    {
        BenchmarkSize.Tiny => tiny,
        BenchmarkSize.Quick => quick,
        _ => full,
    };
}
