using PathVlm.MLNet.Data.Rows;

namespace PathVlm.MLNet.Tests.Data.Rows;

public sealed class PathologyQuestionTests
{
    [Fact]
    public void OptionsAreLetteredAndTheAnswerIsCompleted()
    {
        PathologyQuestion question = PathologyQuestion.Create("q", "q.png", "What?", ["yes", "no"], "b");
        Assert.Equal(["A) yes", "B) no"], question.Options);
        Assert.Equal("B) no", question.Answer);
    }

    [Fact]
    public void AQuestionWithoutOptionsIsOpen()
    {
        PathologyQuestion question = PathologyQuestion.Create("q", "q.png", "What?", []);
        Assert.Empty(question.Options);
        Assert.Equal("", question.Answer);
    }

    [Theory]
    [InlineData(new[] { "yes" }, null, "options: hold 1; expected two or more")]
    [InlineData(new[] { "yes", "no" }, "perhaps",
        "answer: is [perhaps], which is none of the options [yes], [no]; expected an option, its letter or its text")]
    public void WhatCannotBeUsedIsRefusedByField(string[] options, string? answer, string message) => Assert.Equal(
        message, Assert.Throws<InvalidDataException>(() => PathologyQuestion.Create("q", "q.png", "What?", options, answer)).Message);
}
