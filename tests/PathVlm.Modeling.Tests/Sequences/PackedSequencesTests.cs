using PathVlm.Modeling.Processing;
using PathVlm.Modeling.Sequences;
using PathVlm.Modeling.Tests.Support;
using static TorchSharp.torch;

namespace PathVlm.Modeling.Tests.Sequences;

public sealed class PackedSequencesTests
{
    private static PackedSequencesBuilder Builder() => new(SmallModels.Configuration());

    [Fact]
    public void APictureTakesRowAndColumnPositionsAndTextGoesOnAfterTheLargest()
    {
        using TorchSharp.DisposeScope scope = NewDisposeScope();
        PackedSequencesBuilder builder = Builder();
        builder.AddPrompt([7, 52, 50, 50, 50, 50, 50, 50, 53, 8], [new ImageGrid(1, 4, 6)]);
        builder.AddCompletion(0, [1, 2]);
        using PackedSequences packed = builder.Build();
        Assert.Equal([0, 1, 2, 2, 2, 2, 2, 2, 5, 6, 7, 8], packed.Positions[0].data<long>().ToArray());
        Assert.Equal([0, 1, 2, 2, 2, 3, 3, 3, 5, 6, 7, 8], packed.Positions[1].data<long>().ToArray());
        Assert.Equal([0, 1, 2, 3, 4, 2, 3, 4, 5, 6, 7, 8], packed.Positions[2].data<long>().ToArray());
        Assert.Equal([2L, 3, 4, 5, 6, 7], packed.ImageRows!.data<long>().ToArray());
        Assert.Equal([7, 9], packed.NextPositions);
    }

    [Fact]
    public void CompletionsFollowTheirPromptWhateverTheOrderOfAdding()
    {
        using TorchSharp.DisposeScope scope = NewDisposeScope();
        PackedSequencesBuilder builder = Builder();
        builder.AddPrompt([1, 1, 1], []);
        builder.AddPrompt([2, 2], []);
        builder.AddCompletion(0, [3]);
        builder.AddCompletion(1, [4, 4]);
        builder.AddCompletion(0, [5]);
        using PackedSequences packed = builder.Build();
        Assert.Equal([1L, 1, 1, 3, 5, 2, 2, 4, 4], packed.TokenIds.data<long>().ToArray());
        Assert.Equal([new(0, 3, -1), new(5, 2, -1), new(3, 1, 0), new(7, 2, 1), new PackedSegment(4, 1, 0)], packed.Segments);
        Assert.Equal([0L, 1, 2, 3, 3, 0, 1, 2, 3], packed.Positions[1].data<long>().ToArray());
    }

    [Fact]
    public void TheFirstTokenOfACompletionIsPredictedByThePromptsLastRow()
    {
        using TorchSharp.DisposeScope scope = NewDisposeScope();
        PackedSequencesBuilder builder = Builder();
        builder.AddPrompt([1, 1, 1], []);
        builder.AddCompletion(0, [3, 4, 5]);
        builder.AddCompletion(0, [6]);
        using PackedSequences packed = builder.Build();
        Assert.Equal([new(2, 1), new RowRange(3, 2)], ForwardRows.Predicting(packed, 1));
        Assert.Equal([new RowRange(2, 1)], ForwardRows.Predicting(packed, 2));
        Assert.Equal([new RowRange(3, 2)], ForwardRows.Predicting(packed, 1, 1));
        Assert.Equal([new RowRange(1, 1)], ForwardRows.Predicting(packed, 0, 2));
        Assert.Throws<ArgumentOutOfRangeException>(() => ForwardRows.Predicting(packed, 0, 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => ForwardRows.Predicting(packed, 1, 3));
    }

    public static TheoryData<int[], string> Faults => new()
    {
        { [], "got none" },
        { [1, 60], "Token 1: expected 0 to 59, got id 60" },
        { [1, 50, 50, 2], "Picture 1: expected " },
        { [1, 2], "expected 1, one per grid, got 0 picture(s)" },
        { [1, 50, 50, 50, 50, 50, 50, 50], "token 7 starts picture 2" },
    };

    [Theory]
    [MemberData(nameof(Faults))]
    public void PromptsThatDoNotFitAreRefused(int[] ids, string message)
    {
        ArgumentException error = Assert.Throws<ArgumentException>(() => Builder().AddPrompt(ids, [new ImageGrid(1, 4, 6)]));
        Assert.Contains(message, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void AParentMustBeAPrompt()
    {
        PackedSequencesBuilder builder = Builder();
        Assert.Throws<ArgumentOutOfRangeException>(() => builder.AddCompletion(0, [1]));
        builder.AddPrompt([1], []);
        builder.AddCompletion(0, [1]);
        Assert.Throws<ArgumentOutOfRangeException>(() => builder.AddCompletion(1, [1]));
        Assert.Throws<InvalidOperationException>(() => Builder().Build());
    }
}
