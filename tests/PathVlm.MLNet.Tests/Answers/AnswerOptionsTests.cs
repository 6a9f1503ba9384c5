using PathVlm.MLNet.Answers;

namespace PathVlm.MLNet.Tests.Answers;

public sealed class AnswerOptionsTests
{
    [Theory]
    [InlineData("A) yes", "B) no")]
    [InlineData("a ) yes", "b ) no")]
    [InlineData("A. yes", "B. no")]
    [InlineData("A: yes", "B: no")]
    [InlineData("(A) yes", "(B) no")]
    [InlineData("A）yes", "B）no")]
    [InlineData("（A）yes", "（B）no")]
    [InlineData("A、yes", "B、no")]
    [InlineData("A：yes", "B：no")]
    [InlineData("A - yes", "B - no")]
    [InlineData("A – yes", "B – no")]
    [InlineData("yes", "no")]
    public void LabelsOfOneShapeInOrderAreCut(string first, string second)
    {
        AnswerOptions read = AnswerOptions.Read([first, second], "b");
        Assert.Equal(["A) yes", "B) no"], read.Options);
        Assert.Equal("B) no", read.Answer);
        Assert.Empty(read.Faults);
    }

    [Theory]
    [InlineData("A. baumannii", "E. coli")]
    [InlineData("E. coli", "S. aureus")]
    [InlineData("Acute: severe", "Chronic: mild")]
    [InlineData("A-fib", "B-cells")]
    [InlineData("A", "AB")]
    [InlineData("E. coli", "Klebsiella")]
    public void WhatOnlyLooksLikeALabelStaysText(string first, string second)
    {
        AnswerOptions read = AnswerOptions.Read([first, second], second);
        Assert.Equal(["A) " + first, "B) " + second], read.Options);
        Assert.Equal("B) " + second, read.Answer);
        Assert.Empty(read.Faults);
    }

    [Fact]
    public void LabelsOfSeveralShapesAreTextsAndReported()
    {
        AnswerOptions read = AnswerOptions.Read(["A) yes", "B. no"], null);
        Assert.Equal(["A) A) yes", "B) B. no"], read.Options);
        OptionFault fault = Assert.Single(read.Faults);
        Assert.Equal(OptionSeverity.Warning, fault.Severity);
        Assert.Equal("look labelled [A) yes], [B. no], but not all of them, in order and in one shape, so they are used as texts",
            fault.Message);
    }

    [Theory]
    [InlineData("A) yes", "C) no", OptionSeverity.Unfit, "have the labels A, C; expected A, B, C … without a gap")]
    [InlineData("A) yes", "A) no", OptionSeverity.Blocking, "have the labels A, A; expected labels that differ")]
    [InlineData("(A) yes", "no", OptionSeverity.Blocking, "have the labels A, none; expected a label on each or on none")]
    public void BracketedLabelsThatDoNotFitAreFaults(string first, string second, object severity, string message)
    {
        OptionFault fault = Assert.Single(AnswerOptions.Read([first, second], null).Faults);
        Assert.Equal(((OptionSeverity)severity, message), (fault.Severity, fault.Message));
    }

    [Theory]
    [InlineData("C")]
    [InlineData("c")]
    public void AnswerThatIsALetterAndAnotherOptionsTextIsRefused(string answer)
    {
        AnswerOptions read = AnswerOptions.Read(["A) yes", "B) C", "C) no"], answer);
        Assert.Null(read.Answer);
        Assert.Equal(
            $"is [{answer}], which is both the letter of [C) no] and the text of [B) C]; expected the letter and the text",
            read.BlockingFault!.Message);
    }

    [Fact]
    public void AnswerThatIsALetterAndItsOwnOptionsTextIsThatOption() =>
        Assert.Equal("A) A", AnswerOptions.Read(["A", "B", "AB", "O"], "A").Answer);

    [Theory]
    [InlineData("A) yes", OptionSeverity.Warning)]
    [InlineData("B) no", OptionSeverity.Unfit)]
    public void ATextThatOnlyWrongOptionsShareIsAWarning(string answer, object severity)
    {
        OptionFault fault = Assert.Single(AnswerOptions.Read(["A) yes", "B) no", "C) No."], answer).Faults);
        Assert.Equal(((OptionSeverity)severity, "repeat the text [no]; expected texts that differ"), (fault.Severity, fault.Message));
    }

    [Fact]
    public void OptionsInTheLastLinesOfAQuestionAreCutInAnyShape()
    {
        (string question, IReadOnlyList<string> options) = AnswerOptions.CutFrom("What?\n(A) yes\n(B) no");
        Assert.Equal("What?", question);
        Assert.Equal(["(A) yes", "(B) no"], options);
        Assert.Empty(AnswerOptions.CutFrom("What?\nA. baumannii\nE. coli").Options);
    }
}
