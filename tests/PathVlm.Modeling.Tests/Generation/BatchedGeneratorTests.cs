using PathVlm.Modeling.Generation;
using PathVlm.Modeling.Generation.Decoding;
using PathVlm.Modeling.Generation.Sampling;
using PathVlm.Testing;
using TorchSharp;
using static TorchSharp.torch;

namespace PathVlm.Modeling.Tests.Generation;

public sealed class BatchedGeneratorTests
{
    private static readonly SamplingOptions Sampled = new() { MaxNewTokens = 24 };
    private static readonly int[] Ends = [SmallModel.EndToken];
    private static readonly int[] Suppressed = [0, 1, 2, 149, 150];

    public static TheoryData<DecodeBackend> Backends =>
        TestDevice.IsCpu ? [DecodeBackend.Torch, DecodeBackend.Scripted, DecodeBackend.Kernels]
            : [DecodeBackend.Torch, DecodeBackend.Scripted];

    [Theory]
    [MemberData(nameof(Backends))]
    public void CachedDecodingHasTheLogProbabilitiesOfAFullForward(DecodeBackend backend)
    {
        using Qwen25VlModel model = SmallModel.Create();
        GenerationPrompt[] prompts = SmallModel.Prompts(5);
        SamplingOptions options = Sampled with { Temperature = 1.3 };
        GeneratedSequence[] sequences = Generate(model, prompts, 3, options, new GeneratorOptions { Backend = backend });
        Assert.Equal(15, sequences.Length);
        foreach (GeneratedSequence sequence in sequences)
        {
            double[] expected = SmallModel.FullForward(model, prompts[sequence.PromptIndex], sequence.TokenIds, 1.3, Suppressed);
            Assert.All(expected.Zip(sequence.LogProbabilities), pair => Assert.Equal(pair.First, pair.Second, 2e-5));
        }
    }

    [Theory]
    [InlineData(false, 20)]
    [InlineData(true, 32)]
    [InlineData(false, 72)]
    public void KernelsGiveWhatLibtorchGives(bool tied, int headSize)
    {
        using Qwen25VlModel model = SmallModel.Create(tied, headSize);
        GeneratedSequence[] torch = Generate(
            model, SmallModel.Prompts(4, 60), 4, Sampled, new GeneratorOptions { Backend = DecodeBackend.Torch });
        GeneratedSequence[] kernels = Generate(
            model, SmallModel.Prompts(4, 60), 4, Sampled, new GeneratorOptions { Backend = DecodeBackend.Kernels });
        AssertSame(torch, kernels, 2e-5);
    }

    [Fact]
    public void TorchDecodesInDoublePrecision()
    {
        using Qwen25VlModel model = SmallModel.Create(type: ScalarType.Float64);
        GenerationPrompt prompt = SmallModel.Prompts(1)[0];
        GeneratedSequence sequence = Assert.Single(Generate(model, [prompt], 1, Sampled, new GeneratorOptions()));
        double[] expected = SmallModel.FullForward(model, prompt, sequence.TokenIds, 1, Suppressed);
        Assert.All(expected.Zip(sequence.LogProbabilities), pair => Assert.Equal(pair.First, pair.Second, 1e-6));
    }

    [Theory]
    [MemberData(nameof(Backends))]
    public void ABatchGivesWhatEachPromptGivesAlone(DecodeBackend backend)
    {
        using Qwen25VlModel model = SmallModel.Create();
        GenerationPrompt[] prompts = SmallModel.Prompts(7);
        GeneratorOptions options = new() { Backend = backend };
        GeneratedSequence[] together = Generate(model, prompts, 2, Sampled, options);
        GeneratedSequence[] alone = [.. prompts.SelectMany((prompt, i) =>
            Generate(model, [prompt], 2, Sampled, options).Select(sequence => sequence with { PromptIndex = i }))];
        AssertSame(alone, together, 2e-5);
    }

    [Theory]
    [MemberData(nameof(Backends))]
    public void RefillingTheBatchChangesNothing(DecodeBackend backend)
    {
        using Qwen25VlModel model = SmallModel.Create();
        GenerationPrompt[] prompts = [.. SmallModel.Prompts(40).Select((prompt, i) => prompt with { MaxNewTokens = 1 + (i * 5 % 24) })];
        GeneratedSequence[] whole = Generate(model, prompts, 1, Sampled, new GeneratorOptions { Backend = backend });
        GeneratedSequence[] refilled = Generate(
            model, prompts, 1, Sampled, new GeneratorOptions { Backend = backend, RowLimit = 4, PrefillTokenLimit = 30 });
        AssertSame(whole, refilled, 2e-5);
    }

    [Fact]
    public void KernelsGiveTheSameBitsWhateverIsDecodedBeside()
    {
        using Qwen25VlModel model = SmallModel.Create();
        GenerationPrompt[] prompts = SmallModel.Prompts(3);
        // One prompt a pass, so that prefill has the same shapes; the completions are then decoded together or not.
        GeneratedSequence[] together = Generate(model, prompts, 5, Sampled, new GeneratorOptions { PrefillTokenLimit = 1 });
        GeneratedSequence[] apart = Generate(model, prompts, 5, Sampled, new GeneratorOptions { PrefillTokenLimit = 1, RowLimit = 5 });
        AssertSame(together, apart, 0);
    }

    [Fact]
    public void FullRefilledBatchesStayNineTenthsAlive()
    {
        using Qwen25VlModel model = SmallModel.Create();
        GenerationPrompt[] prompts = [.. SmallModel.Prompts(200).Select((prompt, i) => prompt with { MaxNewTokens = 1 + (i * 5 % 24) })];
        using BatchedGenerator generator = new(model, Ends, Suppressed, new GeneratorOptions { RowLimit = 16 });
        generator.Generate(prompts, 1, Sampled);
        GenerationStatistics statistics = generator.Statistics;
        Assert.True(statistics.DecodedRows >= 0.9 * statistics.FullRows, $"{statistics.DecodedRows} of {statistics.FullRows} rows");
        Assert.Equal(prompts.Sum(prompt => prompt.TokenIds.Count), statistics.PrefilledTokens);
    }

    [Fact]
    public void TheSameSeedRepeatsAndAnotherDoesNot()
    {
        using Qwen25VlModel model = SmallModel.Create();
        using BatchedGenerator generator = new(model, Ends, Suppressed);
        GeneratedSequence[] Draw(long seed, long step) => generator.Generate(SmallModel.Prompts(2), 3, Sampled, seed, step);
        AssertSame(Draw(1, 0), Draw(1, 0), 0);
        Assert.NotEqual(Draw(1, 0)[0].TokenIds, Draw(2, 0)[0].TokenIds);
        Assert.NotEqual(Draw(1, 0)[0].TokenIds, Draw(1, 1)[0].TokenIds);
        Assert.NotEqual(Draw(1, 0)[0].TokenIds, Draw(1, 0)[1].TokenIds);
    }

    [Fact]
    public void ACompletionEndsWithItsEndTokenOrIsTruncatedAtTheLimit()
    {
        using Qwen25VlModel model = SmallModel.Create();
        int[] ends = [.. Enumerable.Range(10, 15)];
        GeneratedSequence[] sequences = Generate(model, SmallModel.Prompts(8), 4, Sampled, new GeneratorOptions(), ends);
        Assert.Contains(sequences, sequence => sequence.Truncated);
        Assert.Contains(sequences, sequence => !sequence.Truncated);
        foreach (GeneratedSequence sequence in sequences)
        {
            Assert.Equal(!sequence.Truncated, ends.Contains(sequence.TokenIds[^1]));
            Assert.DoesNotContain(sequence.TokenIds.SkipLast(1), ends.Contains);
            Assert.True(
                sequence.Truncated ? sequence.TokenIds.Count == Sampled.MaxNewTokens : sequence.TokenIds.Count <= Sampled.MaxNewTokens);
            Assert.Equal(sequence.TokenIds.Count, sequence.LogProbabilities.Count);
        }
    }

    [Fact]
    public void EndTokensThatArePartOfTheControlTokensStayAllowed()
    {
        using Qwen25VlModel model = SmallModel.Create();
        int[] all = [.. Enumerable.Range(0, 151)];
        GeneratedSequence sequence = Assert.Single(
            Generate(model, SmallModel.Prompts(1), 1, Sampled, new GeneratorOptions(), suppressed: all));
        Assert.Equal([SmallModel.EndToken], sequence.TokenIds);
        Assert.Equal(0, sequence.LogProbabilities[0]);
    }

    [Fact]
    public void SuppressionCanBeTurnedOff()
    {
        using Qwen25VlModel model = SmallModel.Create();
        int[] most = [.. Enumerable.Range(8, 143)];
        GeneratedSequence[] on = Generate(model, SmallModel.Prompts(3), 2, Sampled, new GeneratorOptions(), suppressed: most);
        GeneratedSequence[] off = Generate(
            model, SmallModel.Prompts(3), 2, Sampled with { SuppressControlTokens = false }, new GeneratorOptions(), suppressed: most);
        Assert.DoesNotContain(on.SelectMany(sequence => sequence.TokenIds), id => id >= 8);
        Assert.Contains(off.SelectMany(sequence => sequence.TokenIds), id => id >= 8);
    }

    [Fact]
    public void EveryTokenIsReportedAsItIsChosen()
    {
        using Qwen25VlModel model = SmallModel.Create();
        using BatchedGenerator generator = new(model, Ends, Suppressed);
        List<GeneratedToken> reported = [];
        GeneratedSequence[] sequences = generator.Generate(SmallModel.Prompts(3), 2, Sampled, progress: reported.Add);
        foreach (GeneratedSequence sequence in sequences)
            Assert.Equal(sequence.TokenIds,
                reported.Where(t => t.PromptIndex == sequence.PromptIndex && t.SampleIndex == sequence.SampleIndex).Select(t => t.TokenId));
    }

    [Fact]
    public void CancellationStopsWithinAStep()
    {
        using Qwen25VlModel model = SmallModel.Create();
        using BatchedGenerator generator = new(model, [], []);
        using CancellationTokenSource source = new();
        int tokens = 0;
        Assert.Throws<OperationCanceledException>(() => generator.Generate(
            SmallModel.Prompts(2), 1, Sampled, progress: _ => { if (++tokens == 6) source.Cancel(); }, cancellation: source.Token));
        Assert.Equal(6, tokens);
    }

    [Fact]
    public void APromptsRowDecidesItsDrawsNotItsPlace()
    {
        using Qwen25VlModel model = SmallModel.Create();
        GenerationPrompt[] prompts = SmallModel.Prompts(4);
        GeneratedSequence[] forwards = Generate(model, prompts, 1, Sampled, new GeneratorOptions());
        GeneratedSequence[] backwards = Generate(model, [.. prompts.Reverse()], 1, Sampled, new GeneratorOptions());
        Assert.Equal(forwards.Select(s => s.TokenIds), backwards.Reverse().Select(s => s.TokenIds));
    }

    [Theory]
    [MemberData(nameof(Backends))]
    public void GenerationLeavesNoTensorBehind(DecodeBackend backend)
    {
        using Qwen25VlModel model = SmallModel.Create();
        using BatchedGenerator generator = new(model, Ends, Suppressed, new GeneratorOptions { Backend = backend, RowLimit = 4 });
        SamplingOptions options = Sampled with { TopP = 0.9, RepetitionPenalty = 1.1 };
        generator.Generate(SmallModel.Prompts(6), 2, options);
        long before = DisposeScopeManager.Statistics.ThreadTotalLiveCount;
        generator.Generate(SmallModel.Prompts(6), 2, options);
        long after = DisposeScopeManager.Statistics.ThreadTotalLiveCount;
        Assert.Equal(before, after);
    }

    [Fact]
    public void ACancelledCallLeavesNoTensorBehind()
    {
        using Qwen25VlModel model = SmallModel.Create();
        using BatchedGenerator generator = new(model, [], []);
        generator.Generate(SmallModel.Prompts(2), 1, Sampled);
        long before = DisposeScopeManager.Statistics.ThreadTotalLiveCount;
        using CancellationTokenSource source = new();
        Assert.Throws<OperationCanceledException>(() => generator.Generate(
            SmallModel.Prompts(2), 1, Sampled, progress: _ => source.Cancel(), cancellation: source.Token));
        Assert.Equal(before, DisposeScopeManager.Statistics.ThreadTotalLiveCount);
    }

    private static GeneratedSequence[] Generate(
        Qwen25VlModel model, GenerationPrompt[] prompts, int completions, SamplingOptions sampling, GeneratorOptions options,
        int[]? ends = null, int[]? suppressed = null)
    {
        using BatchedGenerator generator = new(model, ends ?? Ends, suppressed ?? Suppressed, options);
        return generator.Generate(prompts, completions, sampling, seed: 17);
    }

    private static void AssertSame(GeneratedSequence[] expected, GeneratedSequence[] actual, double tolerance)
    {
        Assert.Equal(expected.Length, actual.Length);
        for (int i = 0; i < expected.Length; i++)
        {
            Assert.Equal((expected[i].PromptIndex, expected[i].SampleIndex), (actual[i].PromptIndex, actual[i].SampleIndex));
            Assert.Equal(expected[i].TokenIds, actual[i].TokenIds);
            Assert.Equal(expected[i].Truncated, actual[i].Truncated);
            Assert.All(expected[i].LogProbabilities.Zip(actual[i].LogProbabilities), pair => Assert.InRange(
                Math.Abs(pair.First - pair.Second), 0, tolerance));
        }
    }
}
