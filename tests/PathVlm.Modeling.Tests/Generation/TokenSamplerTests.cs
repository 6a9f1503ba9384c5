using PathVlm.Modeling.Generation.Sampling;
using TorchSharp;
using static TorchSharp.torch;

namespace PathVlm.Modeling.Tests.Generation;

public sealed class TokenSamplerTests
{
    [Fact]
    public void SuppressedTokensAreNeverChosenAndLeaveTheNormaliser()
    {
        using DisposeScope scope = NewDisposeScope();
        using TokenSampler sampler = new(new SamplingOptions { Greedy = true }, [0], CPU);
        (Tensor ids, Tensor logProbabilities) = sampler.Choose(tensor(new float[] { 9, 1, 1 }, [1, 3]), null, [0]);
        Assert.Equal(1, ids.item<long>());
        Assert.Equal(-MathF.Log(2), logProbabilities.item<float>(), 1e-6f);
    }

    [Fact]
    public void LogProbabilitiesAreAtTheTemperatureButWithoutTheNarrowingRules()
    {
        using DisposeScope scope = NewDisposeScope();
        using TokenSampler sampler = new(new SamplingOptions { Temperature = 0.5, TopK = 1, RepetitionPenalty = 1.1 }, [], CPU);
        Tensor seen = tensor(new[] { true, false, false }, [1, 3]);
        (Tensor ids, Tensor logProbabilities) = sampler.Choose(tensor(new[] { 3f, 1f, 0f }, [1, 3]), seen, [0.7]);
        Assert.Equal(0, ids.item<long>());
        Assert.Equal(6 - MathF.Log(MathF.Exp(6) + MathF.Exp(2) + 1), logProbabilities.item<float>(), 1e-6f);
    }

    [Theory]
    [InlineData(5)]
    [InlineData(512)]
    [InlineData(1300)]
    public void DrawingInBlocksIsTheSameDraw(int size)
    {
        using DisposeScope scope = NewDisposeScope();
        Random random = new(size);
        Tensor probabilities = randn([200, size], generator: new Generator(3)).mul(4).softmax(1);
        probabilities.masked_fill_(probabilities < 1e-4, 0); // what is drawn next to nothing must not be drawn
        double[] uniforms = [0, 1 - 1e-16, .. Enumerable.Range(0, 198).Select(_ => random.NextDouble())];
        long[] expected = TokenSampler.Draw(probabilities, uniforms).data<long>().ToArray();
        long[] drawn = TokenSampler.DrawInBlocks(probabilities, uniforms).data<long>().ToArray();
        Assert.Equal(expected[2..], drawn[2..]);
        Tensor chosen = probabilities.gather(1, tensor(drawn).unsqueeze(1));
        Assert.All(chosen.data<float>().ToArray(), probability => Assert.True(probability > 0));
    }

    [Theory]
    [InlineData(0.0, 1)]
    [InlineData(0.2499, 1)]
    [InlineData(0.25, 3)]
    [InlineData(0.99999999999, 3)]
    public void TheDrawIsTheInverseCumulativeDistribution(double uniform, long expected)
    {
        using DisposeScope scope = NewDisposeScope();
        Assert.Equal(expected, TokenSampler.Draw(tensor(new[] { 0f, 0.25f, 0f, 0.75f, 0f }, [1, 5]), [uniform]).item<long>());
    }

    [Fact]
    public void TheLargestUniformNumberNeverLeavesTheSupport()
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor probabilities = rand([64, 1000], generator: new Generator(17));
        probabilities.narrow(1, 900, 100).zero_();
        double[] largest = [.. Enumerable.Repeat(Math.BitDecrement(1.0), 64)];
        Assert.All(TokenSampler.Draw(probabilities, largest).data<long>().ToArray(), id => Assert.True(id < 900));
    }

    [Fact]
    public void ARowsChoiceDoesNotDependOnItsNeighbours()
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor logits = randn([6, 200], generator: new Generator(5)) * 3;
        double[] uniforms = [.. Enumerable.Range(0, 6).Select(i => new DrawCoordinates(1, 0, i, 0).Uniform(0))];
        using TokenSampler sampler = new(new SamplingOptions { TopP = 0.8, MinP = 0.01 }, [3, 4], CPU);
        long[] together = sampler.Choose(logits.clone(), null, uniforms).Ids.data<long>().ToArray();
        long[] alone = [.. Enumerable.Range(0, 6).Select(
            i => sampler.Choose(logits.narrow(0, i, 1).clone(), null, [uniforms[i]]).Ids.item<long>())];
        Assert.Equal(alone, together);
    }
}
