using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using PathVlm.Benchmarks.Durability;
using PathVlm.Benchmarks.Real;

namespace PathVlm.Benchmarks;

/// <summary>What is to be run.</summary>
internal sealed record BenchmarkArguments(string Name)
{
    /// <summary>How to call the program.</summary>
    public static string Usage =>
        $"usage: <{string.Join('|', BenchmarkSuite.Names)}|all> [--quick] [--prompts n] [--repeats n] [--output file.md]"
        + $"; kill: [--stage {string.Join('|', KillBenchmark.Stages)}] [--times n]"
        + $"; real: [--model {string.Join('|', RealShape.ModelNames)}] [--case {string.Join('|', RealShape.CaseNames)}] "
        + "[--device cpu|cuda|cuda:N] "
        + "[--precision bfloat16|float32] [--recompute none|layers|auto] [--recomputed n] [--load yes|no] [--layers n] "
        + $"[--parts {string.Join(',', RealArguments.PartNames)}]";

    /// <summary>Small shapes and few repeats: all benchmarks in under three minutes.</summary>
    public BenchmarkSize Size { get; init; } = BenchmarkSize.Full;

    /// <summary>Prompts of a grpo-step.</summary>
    /// <value>1.</value>
    public int Prompts { get; init; } = 1;

    /// <summary>Measured repeats; null: the benchmark's own number.</summary>
    public int? Repeats { get; init; }

    /// <summary>Markdown file to write; null: <c>artifacts/benchmarks.md</c> for <c>all</c>, else none.</summary>
    public string? Output { get; init; }

    /// <summary>Stage that <c>kill</c> ends with: sft, grpo or process.</summary>
    public string Stage { get; init; } = "process";

    /// <summary>Kills of <c>kill</c>.</summary>
    public int Times { get; init; } = 50;

    /// <summary>What <c>real</c> is run on.</summary>
    public RealArguments Real { get; init; } = new();

    /// <summary>Reads a command line; <paramref name="fault"/> says what is wrong with one that cannot be read.</summary>
    public static bool TryParse(
        IReadOnlyList<string> words, [NotNullWhen(true)] out BenchmarkArguments? arguments, [NotNullWhen(false)] out string? fault)
    {
        (arguments, fault) = (null, null);
        if (words.Count == 0 || (words[0] != "all" && !BenchmarkSuite.Names.Contains(words[0])))
        {
            fault = words.Count == 0 ? "No benchmark named." : $"There is no benchmark [{words[0]}].";
            return false;
        }
        BenchmarkArguments read = new(words[0]);
        for (int i = 1; i < words.Count; i++)
        {
            string? value = i + 1 < words.Count ? words[i + 1] : null;
            switch (words[i])
            {
                case "--quick":
                    read = read with { Size = BenchmarkSize.Quick };
                    continue;
                case "--prompts" when Number(value) is { } prompts:
                    read = read with { Prompts = prompts };
                    break;
                case "--repeats" when Number(value) is { } repeats:
                    read = read with { Repeats = repeats };
                    break;
                case "--times" when Number(value) is { } times:
                    read = read with { Times = times };
                    break;
                case "--stage" when value is not null && KillBenchmark.Stages.Contains(value):
                    read = read with { Stage = value };
                    break;
                case "--output" when value is not null:
                    read = read with { Output = value };
                    break;
                case { } option when read.Real.With(option, value) is { } real:
                    read = read with { Real = real };
                    break;
                default:
                    fault = $"[{string.Join(' ', words.Skip(i).Take(2))}] is no option, or lacks its value.";
                    return false;
            }
            i++;
        }
        arguments = read;
        return true;
    }

    private static int? Number(string? value) =>
        int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out int number) && number > 0 ? number : null;
}

/// <summary>How large a benchmark's work is.</summary>
internal enum BenchmarkSize
{
    /// <summary>Milliseconds each: for tests.</summary>
    Tiny,

    /// <summary>Seconds each.</summary>
    Quick,

    /// <summary>The shapes that the goals are stated for.</summary>
    Full,
}
