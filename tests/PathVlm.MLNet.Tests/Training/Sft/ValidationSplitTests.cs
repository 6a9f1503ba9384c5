using PathVlm.MLNet.Tests.Training.Support;
using PathVlm.MLNet.Training.Sft;

namespace PathVlm.MLNet.Tests.Training.Sft;

public sealed class ValidationSplitTests
{
    [Fact]
    public void RowsOfAPictureStayOnOneSideAndEveryRowIsOnOne()
    {
        SupervisedExample[] examples = [.. Enumerable.Range(0, 20).Select(i => TinyModel.Example(i, pictures: 10))];
        ValidationSplit split = ValidationSplit.Create(examples, 0.4, seed: 3);
        Assert.Equal((12, 8, 0), (split.Training.Count, split.Validation.Count, split.Shortfall));
        Assert.Equal(examples.Select(row => row.Id).Order(), split.Training.Concat(split.Validation).Select(row => row.Id).Order());
        Assert.Empty(PicturesOf(split.Training).Intersect(PicturesOf(split.Validation)));
    }

    [Fact]
    public void RowsOfAGroupStayOnOneSideWithAllTheirPictures()
    {
        SupervisedExample[] examples =
            [.. Enumerable.Range(0, 20).Select(i => TinyModel.Example(i, pictures: 20) with { Group = i < 16 ? $"slide {i % 4}" : "" })];
        for (long seed = 1; seed < 9; seed++)
        {
            ValidationSplit split = ValidationSplit.Create(examples, 0.4, seed);
            Assert.Equal(8, split.Validation.Count);
            Assert.DoesNotContain(split.Training.Select(row => row.Group).Intersect(split.Validation.Select(row => row.Group)),
                group => group.Length > 0);
        }
    }

    [Fact]
    public void ASplitIsAFunctionOfTheSeed()
    {
        SupervisedExample[] examples = [.. Enumerable.Range(0, 20).Select(i => TinyModel.Example(i, pictures: 10))];
        string[] first = IdsOf(seed: 3), again = IdsOf(seed: 3);
        Assert.Equal(first, again);
        Assert.Contains(Enumerable.Range(4, 8), seed => !first.SequenceEqual(IdsOf(seed)));

        string[] IdsOf(long seed) => [.. ValidationSplit.Create(examples, 0.4, seed).Validation.Select(row => row.Id)];
    }

    [Fact]
    public void WhatNoWholePictureFitsIntoIsReported()
    {
        // Two pictures with four rows each: a wish for five of the eight rows is met by four.
        SupervisedExample[] examples = [.. Enumerable.Range(0, 8).Select(i => TinyModel.Example(i, pictures: 2))];
        ValidationSplit split = ValidationSplit.Create(examples, 0.625, seed: 1);
        Assert.Equal((4, 5, 1), (split.Validation.Count, split.Wanted, split.Shortfall));
    }

    [Fact]
    public void AShareThatLeavesOneSideEmptyIsRefused()
    {
        SupervisedExample[] examples = [.. Enumerable.Range(0, 8).Select(i => TinyModel.Example(i, pictures: 1))];
        ArgumentOutOfRangeException fault =
            Assert.Throws<ArgumentOutOfRangeException>(() => ValidationSplit.Create(examples, 0.5, seed: 1));
        Assert.Contains("expected a share of the 8 rows that leaves rows on both sides with no picture on both, got 0.5", fault.Message,
            StringComparison.Ordinal);
    }

    private static string[] PicturesOf(IEnumerable<SupervisedExample> examples) =>
        [.. examples.Select(row => row.Pictures[0].ContentHash).Distinct()];
}
