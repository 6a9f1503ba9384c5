using PathVlm.Modeling.Numerics;
using PathVlm.Synthesis.Findings;
using PathVlm.Synthesis.Questions;

namespace PathVlm.Synthesis.Tests.Questions;

public sealed class QuestionWriterTests
{
    private static readonly List<(Tile Tile, TileQuestion Question)> Questions = [.. Enumerable.Range(0, 340).Select(Write)];

    [Fact]
    public void OptionsAreTwoToFiveLetteredInOrderAndDifferent()
    {
        foreach ((_, TileQuestion question) in Questions)
        {
            Assert.InRange(question.Options.Count, 2, 5);
            Assert.Equal(Enumerable.Range(0, question.Options.Count).Select(index => $"{(char)('A' + index)}) "),
                question.Options.Select(option => option[..3]));
            Assert.Equal(question.Options.Count,
                question.Options.Select(option => option[3..]).Distinct(StringComparer.OrdinalIgnoreCase).Count());
            Assert.Contains(question.Answer, question.Options);
        }
    }

    [Fact]
    public void TheRightOptionStandsInEveryPlaceAboutAsOften()
    {
        List<TileQuestion> four = [.. Questions.Select(pair => pair.Question).Where(question => question.Options.Count == 4)];
        for (int place = 0; place < 4; place++)
            Assert.InRange(four.Count(question => question.Options[place] == question.Answer), four.Count / 8, four.Count * 3 / 8);
    }

    [Fact]
    public void EveryExplanationNamesAFeatureOfTheFindingInFourWordsOrMore()
    {
        foreach ((Tile tile, TileQuestion question) in Questions)
            Assert.Contains(tile.Finding.Features, feature => question.Explanation.Contains(feature, StringComparison.Ordinal)
                && feature.Split(' ').Length >= 4);
    }

    [Fact]
    public void FewExplanationsExcludeAnOptionOrCiteACriterion()
    {
        double excluded = Questions.Count(
            pair => pair.Question.Explanation.Contains("exclude", StringComparison.Ordinal)
            || pair.Question.Explanation.Contains("rules out", StringComparison.Ordinal));
        double cited = Questions.Count(
            pair => pair.Question.Explanation.Contains("definition", StringComparison.Ordinal)
            || pair.Question.Explanation.Contains("criterion", StringComparison.Ordinal));
        Assert.InRange(excluded / Questions.Count, 0.06, 0.18);
        Assert.InRange(cited / Questions.Count, 0.06, 0.18);
    }

    [Fact]
    public void AllKindsAndAllFindingsOccur()
    {
        Assert.Equal(Enum.GetValues<QuestionKind>().Length, Questions.Select(pair => pair.Question.Kind).Distinct().Count());
        Assert.Equal(FindingCatalog.All.Count, Questions.Select(pair => pair.Tile.Finding.Name).Distinct().Count());
    }

    [Fact]
    public void EveryLookAlikeIsAFindingAndOptionTextsOfAKindDiffer()
    {
        Assert.All(FindingCatalog.All,
            finding => Assert.All(finding.LookAlikes, name => Assert.NotSame(finding, FindingCatalog.Named(name))));
        foreach (QuestionKind kind in Enum.GetValues<QuestionKind>().Where(kind => kind != QuestionKind.Behaviour))
            Assert.Equal(FindingCatalog.All.Count,
                FindingCatalog.All.Select(finding => QuestionWriter.OptionText(finding, kind)).Distinct().Count());
    }

    private static (Tile Tile, TileQuestion Question) Write(int index)
    {
        Tile tile = new Tile(3, "questions", index, 56, 0.5);
        return (tile, new QuestionWriter(0.6, 0.12).Write(tile, SeededRandom.At(3, "questions/question", index)));
    }
}
