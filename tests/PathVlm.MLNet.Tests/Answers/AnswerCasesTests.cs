using System.Text.Json;
using PathVlm.MLNet.Answers;
using PathVlm.Testing;

namespace PathVlm.MLNet.Tests.Answers;

/// <summary>All cases of the reference's answers.json, which are examples of docs/answer-rules.md.</summary>
public sealed class AnswerCasesTests
{
    public static TheoryData<int> Cases
    {
        get
        {
            using JsonDocument file = Load();
            return [.. Enumerable.Range(0, file.RootElement.GetArrayLength())];
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void CaseIsScoredAsTheReferenceScoresIt(int index)
    {
        using JsonDocument file = Load();
        JsonElement row = file.RootElement[index];
        string[] options = [.. row.GetProperty("options").EnumerateArray().Select(option => option.GetString()!)];

        AnswerScore score = new AnswerScorer(options, row.GetProperty("answer").GetString()!)
            .Score(row.GetProperty("completion").GetString()!);

        string expected = $"format {row.GetProperty("format")} paper {row.GetProperty("paper")} strict {row.GetProperty("strict")} "
            + $"{row.GetProperty("status")}";
        string actual = $"format {Convert.ToInt32(score.Format)} paper {Convert.ToInt32(score.Paper)} strict "
            + $"{Convert.ToInt32(score.Strict)} {score.Reading.Status}";
        Assert.Equal(expected, actual);
    }

    private static JsonDocument Load() => JsonDocument.Parse(File.ReadAllBytes(ReferenceSet.OwnPathOf("answers.json")));
}
