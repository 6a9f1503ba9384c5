using PathVlm.Modeling.Generation.Sampling;
using TorchSharp;
using static TorchSharp.torch;

namespace PathVlm.Modeling.Tests.Generation;

public sealed class LogitsRulesTests
{
    private static readonly SamplingOptions Options = new();

    [Fact]
    public void TopKKeepsTokensThatTieWithTheLast()
    {
        Assert.Equal([0, 1, 2], Kept(Options with { TopK = 2 }, 3, 2, 2, 1));
    }

    [Fact]
    public void TopKBeyondTheVocabularyKeepsAll()
    {
        Assert.Equal([0, 1, 2], Kept(Options with { TopK = 9 }, 3, 2, 1));
    }

    [Fact]
    public void TopPKeepsTheTokenThatReachesTheSum()
    {
        // Probabilities 0.5, 0.3, 0.2: the first two reach 0.6.
        Assert.Equal([0, 1], Kept(Options with { TopP = 0.6 }, MathF.Log(5), MathF.Log(3), MathF.Log(2)));
    }

    [Fact]
    public void TopPAlwaysKeepsTheMostLikely()
    {
        Assert.Equal([1], Kept(Options with { TopP = 1e-9 }, 1, 2, 1));
    }

    [Fact]
    public void TopPOverAFlatWideVocabularyLooksAtAllOfIt()
    {
        float[] logits = [.. Enumerable.Range(0, 5000).Select(i => -i * 1e-6f)];
        Assert.InRange(Kept(Options with { TopP = 0.9 }, logits).Length, 4490, 4500);
    }

    [Fact]
    public void MinPComparesWithTheMostLikely()
    {
        Assert.Equal([0, 1], Kept(Options with { MinP = 0.25 }, MathF.Log(8), MathF.Log(3), MathF.Log(1)));
    }

    [Theory]
    [InlineData(2.0)]
    [InlineData(0.5)]
    public void RepetitionPenaltyDividesPositiveAndMultipliesNegativeLogitsOfSeenTokensOnly(double penalty)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor scores = tensor(new float[] { 4, -4, 0, 4, -4 }, [1, 5]);
        Tensor seen = tensor(new[] { true, true, true, false, false }, [1, 5]);
        float[] expected = [(float)(4 / penalty), (float)(-4 * penalty), 0, 4, -4];
        Assert.Equal(expected, LogitsRules.PenalizeRepetition(scores, seen, penalty).data<float>().ToArray());
    }

    private static int[] Kept(SamplingOptions options, params float[] logits)
    {
        using DisposeScope scope = NewDisposeScope();
        float[] scores = LogitsRules.Apply(tensor(logits, [1, logits.Length]), null, options).data<float>().ToArray();
        return [.. Enumerable.Range(0, scores.Length).Where(i => !float.IsNegativeInfinity(scores[i]))];
    }
}
