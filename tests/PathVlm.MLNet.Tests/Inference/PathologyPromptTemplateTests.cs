using PathVlm.MLNet.Data.Rows;
using PathVlm.MLNet.Inference.Policies;

namespace PathVlm.MLNet.Tests.Inference;

public sealed class PathologyPromptTemplateTests
{
    private static readonly PathologyQuestion Question =
        new("q", "", "Which {options} is it?", ["A) one", "B) {answer}"], "B) {answer}", "Because.");

    [Fact]
    public void TheDefaultIsTheReferencesPromptAndTheRecipesAnswer()
    {
        var template = new PathologyPromptTemplate();
        Assert.Equal(
            "You answer questions about pathology images. First reason step by step inside <think> </think>, "
            + "then give the letter and the text of one option inside <answer> </answer>.", template.System);
        Assert.Equal("What?\nA) one\nB) two", template.UserText(Question with { Question = "What?", Options = ["A) one", "B) two"] }));
        Assert.Equal("<think>Because.</think>\n<answer>A) one</answer>", template.TargetText(Question with { Answer = "A) one" }));
    }

    [Fact]
    public void WhatARowsTextHoldsIsNeverTakenForAPlaceholder()
    {
        var template = new PathologyPromptTemplate();
        Assert.Equal("Which {options} is it?\nA) one\nB) {answer}", template.UserText(Question));
        Assert.Equal("<think>Because.</think>\n<answer>B) {answer}</answer>", template.TargetText(Question));
    }

    [Fact]
    public void WithoutOptionsTheQuestionStandsAlone() =>
        Assert.Equal("What?", new PathologyPromptTemplate().UserText(Question with { Question = "What?", Options = [] }));

    [Fact]
    public void AllThatIsWrongIsToldAtOnce()
    {
        var template = new PathologyPromptTemplate { System = null!, User = "{options}", Target = "" };
        Assert.Equal(
            "User: expected a text that contains {question}, got [{options}]; Target: expected a text that contains {answer}, got []; "
            + "System: expected a text, or an empty one for the chat format's own, got null (Parameter 'PathologyPromptTemplate')",
            Assert.Throws<ArgumentOutOfRangeException>(template.Validate).Message);
    }
}
