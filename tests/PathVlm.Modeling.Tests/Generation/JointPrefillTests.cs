using PathVlm.Modeling.Generation;
using PathVlm.Modeling.Generation.Decoding;
using PathVlm.Modeling.Generation.Sampling;
using TorchSharp;

namespace PathVlm.Modeling.Tests.Generation;

/// <summary>Prompts that join a batch together.</summary>
public sealed class JointPrefillTests : IDisposable
{
    private const int MaxNewTokens = 14;
    private readonly Qwen25VlModel _model = SmallModel.Create();

    public void Dispose() => _model.Dispose();

    [Fact]
    public void PromptsThatJoinTogetherHaveTheCompletionsOfEachAlone()
    {
        SamplingOptions[] rules =
        [
            new() { Greedy = true, MaxNewTokens = MaxNewTokens }, new() { MaxNewTokens = MaxNewTokens, Temperature = 0.8 },
        ];
        GenerationPrompt[] prompts = SmallModel.Prompts(9);
        using ContinuousGenerator batch = Batch(rows: 12);
        List<RunningPrompt> running = [];
        foreach (GenerationPrompt[] together in prompts.Chunk(3)) // the first chunk is checked, the others are not
        {
            running.AddRange(batch.Admit([.. together.Select(
                (prompt, index) => new JoiningPrompt(prompt, 1, rules[index % 2], Seed: 5))]));
            batch.Step();
        }

        while (batch.LiveRows > 0) batch.Step();
        using BatchedGenerator alone = new(_model, [SmallModel.EndToken], [1, 2]);
        for (int index = 0; index < prompts.Length; index++)
        {
            GeneratedSequence expected = alone.Generate([prompts[index]], 1, rules[index % 3 % 2], seed: 5)[0];
            Assert.Equal(expected.TokenIds, running[index].TokenIds(0));
            Assert.Equal(expected.LogProbabilities, running[index].LogProbabilities(0));
        }
    }

    [Fact]
    public void WherePassesTogetherGiveOtherNumbersEachPromptHasAPassOfItsOwn()
    {
        // A prompt of one token is a product of one row, which libtorch computes in another way.
        using DisposeScope scope = torch.NewDisposeScope();
        using IDisposable none = torch.no_grad();
        JointPrefill prefill = new(_model);
        GenerationPrompt[] prompts = [new([5]), new([7])];
        (PromptState[] states, torch.Tensor[] logits) = prefill.Run(prompts);
        for (int index = 0; index < prompts.Length; index++)
        {
            (PromptState[] own, torch.Tensor after) = Prefill.Run(_model, [prompts[index]]);
            Assert.Equal(after.data<float>().ToArray(), logits[index].data<float>().ToArray());
            own[0].Dispose();
            states[index].Dispose();
        }
    }

    [Fact]
    public void AllJoinOrNone()
    {
        GenerationPrompt[] prompts = SmallModel.Prompts(3);
        SamplingOptions greedy = new() { Greedy = true, MaxNewTokens = MaxNewTokens };
        using ContinuousGenerator batch = Batch(rows: 2);
        Assert.Contains("Completions: expected 1 to 0 (the free rows), got 1", Assert.Throws<ArgumentOutOfRangeException>(
            () => batch.Admit([.. prompts.Select(prompt => new JoiningPrompt(prompt, 1, greedy, 0))])).Message, StringComparison.Ordinal);
        Assert.ThrowsAny<ArgumentException>(
            () => batch.Admit([new(prompts[0], 1, greedy, 0), new(new GenerationPrompt([100_000]), 1, greedy, 0)]));
        Assert.Equal(2, batch.FreeRows);
        Assert.Equal(2, batch.Admit([new(prompts[0], 1, greedy, 0), new(prompts[1], 1, greedy, 0)]).Count);
        Assert.Equal(0, batch.FreeRows);
    }

    private ContinuousGenerator Batch(int rows) =>
        new(_model, [SmallModel.EndToken], [1, 2], MaxNewTokens, new GeneratorOptions { RowLimit = rows });
}
