using PathVlm.Benchmarks;
using PathVlm.Benchmarks.Measuring;
using PathVlm.Benchmarks.Training;

namespace PathVlm.MLNet.Tests.Benchmarks;

/// <summary>Every benchmark runs to its end on tiny shapes, and its ways of computing a thing agree. Times are never judged.</summary>
public sealed class BenchmarkSuiteTests
{
    // TrainResumeTests kill the program as that benchmark does; it needs minutes.
    public static TheoryData<string> Names => [.. BenchmarkSuite.Names.Except(["kill"])];

    [Theory]
    [MemberData(nameof(Names))]
    public void ABenchmarkRunsAndItsSidesAgree(string name) => Assert.NotEmpty(Run(name, prompts: 1));

    [Fact]
    public void AStepOfFourPromptsAgreesWithThePaddedSchedule() => Assert.Single(Run("grpo-step", prompts: 4));

    [Fact]
    public void ResultsAreWrittenAsMarkdown()
    {
        string file = Path.Combine(Path.GetTempPath(), $"benchmarks-{Guid.NewGuid():N}.md");
        try
        {
            BenchmarkSuite.Run(new BenchmarkArguments("tokenize") { Size = BenchmarkSize.Tiny, Output = file }, TextWriter.Null);
            Assert.StartsWith("| benchmark |", File.ReadAllText(file), StringComparison.Ordinal);
        }
        finally
        {
            File.Delete(file);
        }
    }

    [Fact]
    [Trait("Duration", "Long")]
    public void AllQuickBenchmarksRunAndTheirSidesAgree()
    {
        string file = Path.Combine(Path.GetTempPath(), $"benchmarks-{Guid.NewGuid():N}.md");
        try
        {
            Assert.True(BenchmarkArguments.TryParse(["all", "--quick", "--output", file], out BenchmarkArguments? arguments, out _));
            BenchmarkSuite.Run(arguments!, TextWriter.Null);
            string table = File.ReadAllText(file);
            foreach (string name in BenchmarkSuite.Names.Except(["kernels", "profile", "real", "reliability", "kill"]))
                Assert.Contains($"| {name} |", table, StringComparison.Ordinal);
        }
        finally
        {
            File.Delete(file);
        }
    }

    [Theory]
    [InlineData("", "No benchmark named.")]
    [InlineData("speed", "There is no benchmark [speed].")]
    [InlineData("decode --prompts", "[--prompts] is no option, or lacks its value.")]
    [InlineData("decode --prompts 0", "[--prompts 0] is no option, or lacks its value.")]
    [InlineData("decode --fast", "[--fast] is no option, or lacks its value.")]
    public void AnUnreadableCommandLineIsRefusedWithWhatIsWrong(string words, string fault)
    {
        Assert.False(BenchmarkArguments.TryParse(words.Split(' ', StringSplitOptions.RemoveEmptyEntries), out _, out string? found));
        Assert.Equal(fault, found);
    }

    [Fact]
    public void ALossThatDiffersFailsTheRun()
    {
        UnequalResultException fault =
            Assert.Throws<UnequalResultException>(() => UnequalResultException.ThrowUnlessClose("loss", 1, 1.01, 1e-3));
        Assert.Equal("loss: ours 1, padded 1.01.", fault.Message);
    }

    [Fact]
    public void TheLawIsFoundAgainFromItsOwnPoints()
    {
        CostPoint[] points = [.. from prompt in new double[] { 256, 512, 1024, 2048 } from completions in new double[] { 192, 384, 768 }
            select new CostPoint(
                prompt, completions, 20 + 0.4 * prompt + 1e-4 * prompt * prompt + 0.9 * completions + 2e-4 * prompt * completions)];
        CostLaw law = CostLaw.Fit(points);
        Assert.InRange(law.MeanRelativeError, 0, 1e-6);
        Assert.Equal(20 + 400 + 100 + 900 + 200, law.At(new CostPoint(1000, 1000, 0)), 3);
    }

    private static IReadOnlyList<ResultRow> Run(string name, int prompts) =>
        BenchmarkSuite.Run(new BenchmarkArguments(name) { Size = BenchmarkSize.Tiny, Prompts = prompts }, TextWriter.Null);
}
