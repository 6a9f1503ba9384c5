using PathVlm.Modeling.Generation;
using PathVlm.Modeling.Generation.Decoding;
using PathVlm.Modeling.Generation.Sampling;
using TorchSharp;

namespace PathVlm.Modeling.Tests.Generation;

public sealed class ContinuousGeneratorTests : IDisposable
{
    private const int MaxNewTokens = 14;
    private static readonly SamplingOptions Greedy = new() { Greedy = true, MaxNewTokens = MaxNewTokens };
    private readonly Qwen25VlModel _model = SmallModel.Create();

    public void Dispose() => _model.Dispose();

    public static TheoryData<string, SamplingOptions> Rules => new()
    {
        { "greedy", Greedy },
        { "drawn", new SamplingOptions { MaxNewTokens = MaxNewTokens, Temperature = 0.8 } },
        { "narrowed", new SamplingOptions { MaxNewTokens = MaxNewTokens, TopP = 0.9, TopK = 40 } },
        { "penalised", new SamplingOptions { MaxNewTokens = MaxNewTokens, Greedy = true, RepetitionPenalty = 1.3 } },
    };

    [Theory]
    [MemberData(nameof(Rules))]
    public void ACompletionIsThatOfThePromptAloneWhateverRunsBesideIt(string name, SamplingOptions sampling)
    {
        Assert.NotEmpty(name);
        GenerationPrompt[] prompts = SmallModel.Prompts(6);
        using ContinuousGenerator batch = Batch(rows: 8);
        List<RunningPrompt> running = [];
        foreach (GenerationPrompt prompt in prompts)
        {
            // Each joins two tokens after the one before it, beside neighbours that choose by other rules.
            running.Add(batch.Admit(prompt, 1, running.Count % 2 == 0 ? sampling : Greedy with { RepetitionPenalty = 1.1 }, seed: 5));
            batch.Step();
            batch.Step();
        }

        while (batch.LiveRows > 0) batch.Step();
        using BatchedGenerator alone = new(_model, [SmallModel.EndToken], [1, 2]);
        for (int index = 0; index < prompts.Length; index += 2)
        {
            GeneratedSequence expected = alone.Generate([prompts[index]], 1, sampling, seed: 5)[0];
            Assert.Equal(expected.TokenIds, running[index].TokenIds(0));
            Assert.Equal(expected.LogProbabilities, running[index].LogProbabilities(0));
            Assert.Equal(expected.Truncated, running[index].IsTruncated(0));
        }
    }

    [Fact]
    public void SeveralCompletionsOfAPromptAreThoseOfTheBatchedGenerator()
    {
        SamplingOptions drawn = new() { MaxNewTokens = MaxNewTokens };
        GenerationPrompt prompt = SmallModel.Prompts(1)[0];
        using ContinuousGenerator batch = Batch(rows: 5);
        RunningPrompt beside = batch.Admit(SmallModel.Prompts(2)[1], 1, Greedy, seed: 0);
        RunningPrompt running = batch.Admit(prompt, 3, drawn, seed: 9);
        while (!running.IsFinished || !beside.IsFinished) batch.Step();
        using BatchedGenerator alone = new(_model, [SmallModel.EndToken], [1, 2]);
        GeneratedSequence[] expected = alone.Generate([prompt], 3, drawn, seed: 9);
        for (int completion = 0; completion < 3; completion++)
            Assert.Equal(expected[completion].TokenIds, running.TokenIds(completion));
    }

    [Fact]
    public void ARemovedCompletionMakesRoomAndLeavesTheOthersAsTheyWere()
    {
        GenerationPrompt[] prompts = SmallModel.Prompts(3);
        using ContinuousGenerator batch = Batch(rows: 2);
        RunningPrompt stays = batch.Admit(prompts[0], 1, Greedy, seed: 0);
        RunningPrompt leaves = batch.Admit(prompts[1], 1, Greedy, seed: 0);
        Assert.Equal(0, batch.FreeRows);
        batch.Step();
        batch.Remove(leaves);
        batch.Remove(leaves);
        Assert.Equal(1, batch.FreeRows);
        RunningPrompt joins = batch.Admit(prompts[2], 1, Greedy, seed: 0);
        while (batch.LiveRows > 0) batch.Step();
        using BatchedGenerator alone = new(_model, [SmallModel.EndToken], [1, 2]);
        Assert.Equal(alone.Generate([prompts[0]], 1, Greedy)[0].TokenIds, stays.TokenIds(0));
        Assert.Equal(alone.Generate([prompts[2]], 1, Greedy)[0].TokenIds, joins.TokenIds(0));
        Assert.True(leaves.TokenIds(0).Count <= 2);
    }

    [Fact]
    public void APromptThatDoesNotFitIsRefusedAndTheBatchGoesOn()
    {
        GenerationPrompt prompt = SmallModel.Prompts(1)[0];
        using ContinuousGenerator batch = Batch(rows: 2);
        ArgumentOutOfRangeException rows =
            Assert.Throws<ArgumentOutOfRangeException>(() => batch.Admit(prompt, 3, Greedy, seed: 0));
        Assert.Contains("Completions: expected 1 to 2 (the free rows), got 3", rows.Message, StringComparison.Ordinal);
        ArgumentOutOfRangeException tokens = Assert.Throws<ArgumentOutOfRangeException>(
            () => batch.Admit(prompt with { MaxNewTokens = MaxNewTokens + 1 }, 1, Greedy, seed: 0));
        Assert.Contains($"MaxNewTokens: expected 1 to {MaxNewTokens}, got {MaxNewTokens + 1}", tokens.Message, StringComparison.Ordinal);
        Assert.ThrowsAny<ArgumentException>(() => batch.Admit(new GenerationPrompt([100_000]), 1, Greedy, seed: 0));
        Assert.Equal(2, batch.FreeRows);
        Assert.Single(batch.Admit(prompt, 1, Greedy with { MaxNewTokens = 1 }, seed: 0).TokenIds(0));
        Assert.Equal(2, batch.FreeRows);
    }

    [Fact]
    public void IdsOutsideTheVocabularyAreRefusedAsTheBatchedGeneratorRefusesThem()
    {
        int size = _model.Configuration.Text.VocabularySize;
        string alone = Assert.Throws<ArgumentOutOfRangeException>(() => new BatchedGenerator(_model, [size], [])).Message;
        Assert.StartsWith($"End and suppressed ids: expected 0 to {size - 1}.", alone, StringComparison.Ordinal);
        Assert.Equal(
            alone, Assert.Throws<ArgumentOutOfRangeException>(() => new ContinuousGenerator(_model, [size], [], MaxNewTokens)).Message);
        Assert.Throws<ArgumentOutOfRangeException>(() => new ContinuousGenerator(_model, [], [-1], MaxNewTokens));
    }

    [Fact]
    public void ABatchLeavesNoTensorBehind()
    {
        Run();
        long before = DisposeScopeManager.Statistics.ThreadTotalLiveCount;
        Run();
        Assert.Equal(before, DisposeScopeManager.Statistics.ThreadTotalLiveCount);

        void Run()
        {
            using ContinuousGenerator batch = Batch(rows: 4);
            foreach (GenerationPrompt prompt in SmallModel.Prompts(3))
                batch.Admit(prompt, 1, new SamplingOptions { MaxNewTokens = 9, TopP = 0.9, RepetitionPenalty = 1.2 }, seed: 1);
            for (int step = 0; step < 4; step++) batch.Step();
        }
    }

    private ContinuousGenerator Batch(int rows) =>
        new(_model, [SmallModel.EndToken], [1, 2], MaxNewTokens, new GeneratorOptions { RowLimit = rows });
}
