using PathVlm.Host;
using PathVlm.Modeling.Native;

namespace PathVlm.Benchmarks;

/// <summary>Entry point: <c>name [--quick] [--prompts n] [--repeats n] [--output file]</c>.</summary>
internal static class Program
{
    private static int Main(string[] arguments)
    {
        if (!BenchmarkArguments.TryParse(arguments, out BenchmarkArguments? parsed, out string? fault))
        {
            Console.Error.WriteLine(fault);
            Console.Error.WriteLine(BenchmarkArguments.Usage);
            return 2;
        }
        OpenMpSettings.Apply();
        LibTorch.EnsureLoaded();
        BenchmarkSuite.Run(parsed, Console.Out);
        return 0;
    }
}
