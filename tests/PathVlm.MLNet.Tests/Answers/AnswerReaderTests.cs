using PathVlm.MLNet.Answers;

namespace PathVlm.MLNet.Tests.Answers;

public sealed class AnswerReaderTests
{
    private static readonly string[] Bodies = ["A) Macronucleoli", "B) Psammoma bodies", "C) Keratin pearls", "D) Both A and B"];

    [Theory]
    [InlineData("B", AnswerStatus.Label, 'B')]
    [InlineData("B.", AnswerStatus.Label, 'B')]
    [InlineData("B)", AnswerStatus.Label, 'B')]
    [InlineData("B:", AnswerStatus.Label, 'B')]
    [InlineData("B;", AnswerStatus.Label, 'B')]
    [InlineData("b )", AnswerStatus.Label, 'B')]
    [InlineData("[B]", AnswerStatus.Label, 'B')]
    [InlineData("{B}", AnswerStatus.Label, 'B')]
    [InlineData("<B>", AnswerStatus.Label, 'B')]
    [InlineData("(B).", AnswerStatus.Label, 'B')]
    [InlineData("(B))", AnswerStatus.Unparsed, null)]
    [InlineData("`B`", AnswerStatus.Label, 'B')]
    [InlineData("```B```", AnswerStatus.Label, 'B')]
    [InlineData("$B$", AnswerStatus.Label, 'B')]
    [InlineData("$$B$$", AnswerStatus.Label, 'B')]
    [InlineData("__B__", AnswerStatus.Label, 'B')]
    [InlineData("***B***", AnswerStatus.Label, 'B')]
    [InlineData("\"B\"", AnswerStatus.Label, 'B')]
    [InlineData("'B'", AnswerStatus.Label, 'B')]
    [InlineData("“B”", AnswerStatus.Label, 'B')]
    [InlineData("«B»", AnswerStatus.Label, 'B')]
    [InlineData(@"\text{B}", AnswerStatus.Label, 'B')]
    [InlineData(@"\boxed{\text{B}}", AnswerStatus.Label, 'B')]
    [InlineData(@"$\boxed{\text{ B. }}$", AnswerStatus.Label, 'B')]
    [InlineData("**(\"`B`\")**", AnswerStatus.Label, 'B')]
    [InlineData("（Ｂ）", AnswerStatus.Label, 'B')]
    [InlineData("Ⓑ", AnswerStatus.Label, 'B')]
    public void LabelIsReadInsideEnclosingPairs(string body, AnswerStatus status, char? label) => Check(body, status, label);

    [Theory]
    [InlineData("B) Psammoma bodies", AnswerStatus.LabelAndText, 'B')]
    [InlineData("b: PSAMMOMA BODIES!", AnswerStatus.LabelAndText, 'B')]
    [InlineData("B ) Psammoma bodies", AnswerStatus.LabelAndText, 'B')]
    [InlineData("B Psammoma bodies", AnswerStatus.LabelAndText, 'B')]
    [InlineData("B\nPsammoma\tbodies", AnswerStatus.LabelAndText, 'B')]
    [InlineData("(B) Psammoma bodies", AnswerStatus.LabelAndText, 'B')]
    [InlineData("**B)** Psammoma bodies", AnswerStatus.LabelAndText, 'B')]
    [InlineData("**B) Psammoma bodies**", AnswerStatus.LabelAndText, 'B')]
    [InlineData("**B) Psammoma bodies.**", AnswerStatus.LabelAndText, 'B')]
    [InlineData("**B) Psammoma bodies**.", AnswerStatus.LabelAndText, 'B')]
    [InlineData("B) **Psammoma bodies**", AnswerStatus.LabelAndText, 'B')]
    [InlineData("B) \"Psammoma bodies\"", AnswerStatus.LabelAndText, 'B')]
    [InlineData(@"\boxed{B) Psammoma bodies}", AnswerStatus.LabelAndText, 'B')]
    [InlineData(@"\boxed{\text{B}}) Psammoma bodies", AnswerStatus.LabelAndText, 'B')]
    [InlineData("Ｂ） Psammoma bodies", AnswerStatus.LabelAndText, 'B')]
    [InlineData("<B> Psammoma bodies", AnswerStatus.LabelAndText, 'B')]
    [InlineData("<B) Psammoma bodies>", AnswerStatus.LabelAndText, 'B')]
    [InlineData("**B** Psammoma bodies", AnswerStatus.LabelAndText, 'B')]
    [InlineData("psammoma bodies.", AnswerStatus.Text, 'B')]
    [InlineData("(Psammoma bodies)", AnswerStatus.Text, 'B')]
    [InlineData("\"Psammoma bodies.\"", AnswerStatus.Text, 'B')]
    [InlineData("both a and b", AnswerStatus.Text, 'D')]
    [InlineData("D. Both A and B", AnswerStatus.LabelAndText, 'D')]
    public void OptionIsReadHoweverItIsTyped(string body, AnswerStatus status, char? label) => Check(body, status, label);

    [Theory]
    [InlineData("C) Psammoma bodies", AnswerStatus.LabelTextConflict)]
    [InlineData("A) Both A and B", AnswerStatus.LabelTextConflict)]
    [InlineData("(C) **psammoma bodies**", AnswerStatus.LabelTextConflict)]
    [InlineData("E", AnswerStatus.LabelOutOfRange)]
    [InlineData("(z).", AnswerStatus.LabelOutOfRange)]
    [InlineData("E) Psammoma bodies", AnswerStatus.Unparsed)]
    [InlineData("A/B", AnswerStatus.MultiLabel)]
    [InlineData("A, B", AnswerStatus.MultiLabel)]
    [InlineData("**A** or **B**", AnswerStatus.MultiLabel)]
    [InlineData("(A) and (B)", AnswerStatus.MultiLabel)]
    [InlineData("B) Psammoma bodies, not C", AnswerStatus.MultiLabel)]
    [InlineData("a and b", AnswerStatus.Unparsed)]
    [InlineData("B B", AnswerStatus.Unparsed)]
    [InlineData("A or E", AnswerStatus.Unparsed)]
    [InlineData("A diffuse pattern", AnswerStatus.Unparsed)]
    [InlineData("The answer is B", AnswerStatus.Unparsed)]
    [InlineData("Psammoma", AnswerStatus.Unparsed)]
    [InlineData("Psammoma bodies, laminated", AnswerStatus.Unparsed)]
    [InlineData("В", AnswerStatus.Unparsed)]
    [InlineData("2", AnswerStatus.Unparsed)]
    [InlineData("()", AnswerStatus.Empty)]
    [InlineData(@"\boxed{}", AnswerStatus.Empty)]
    [InlineData("\u00a0\u3000", AnswerStatus.Empty)]
    public void WhatIsNoSingleOptionIsNotGuessed(string body, AnswerStatus status) => Check(body, status, null);

    [Theory]
    [InlineData("no answer here", AnswerStatus.NoAnswerTag)]
    [InlineData("", AnswerStatus.NoAnswerTag)]
    [InlineData("B</answer>", AnswerStatus.NoAnswerTag)]
    [InlineData("<Answer>B</Answer>", AnswerStatus.NoAnswerTag)]
    [InlineData("<answer >B</answer>", AnswerStatus.NoAnswerTag)]
    [InlineData("<answer>B", AnswerStatus.UnclosedAnswer)]
    [InlineData("</answer><answer>B", AnswerStatus.UnclosedAnswer)]
    [InlineData("<answer>B</answer></answer>", AnswerStatus.MultipleAnswers)]
    [InlineData("<answer>B<answer>", AnswerStatus.MultipleAnswers)]
    [InlineData("<answer>B</answer><answer>B</answer>", AnswerStatus.MultipleAnswers)]
    [InlineData("<think>x</think><answer>B</think></answer>", AnswerStatus.NoAnswerTag)]
    [InlineData("<think>a</think><think>b <answer>B</answer>", AnswerStatus.NoAnswerTag)]
    [InlineData("<think>a <answer>B</answer>", AnswerStatus.NoAnswerTag)]
    [InlineData("<think>a</think><answer>B</answer><think>more", AnswerStatus.Label)]
    [InlineData("<think>a</think>c</think><answer>B</answer>", AnswerStatus.Label)]
    [InlineData("a</think><answer>B</answer>", AnswerStatus.Label)]
    [InlineData("<answer>B</answer>", AnswerStatus.Label)]
    public void ElementIsFoundOnlyOutsideTheReasoning(string completion, AnswerStatus status) =>
        Assert.Equal(status, new AnswerReader(Bodies).Read(completion).Status);

    [Fact]
    public void LabelWinsOverAnOptionWhoseTextIsThatLetter()
    {
        string[] options = ["A) yes", "B) C", "C) no", "D) E"];
        Check("c", AnswerStatus.Label, 'C', options);
        Check("B) C", AnswerStatus.LabelAndText, 'B', options);
        Check("E", AnswerStatus.Text, 'D', options);
        Check("F", AnswerStatus.LabelOutOfRange, null, options);
    }

    [Fact]
    public void OptionTextsMayHoldBracketsAndMarks()
    {
        string[] options = ["A) (+)", "B) p16 (INK4a)", "C) Acute: severe", "D) E. coli"];
        Check("(+)", AnswerStatus.Text, 'A', options);
        Check("A. (+)", AnswerStatus.LabelAndText, 'A', options);
        Check("p16 (INK4a)", AnswerStatus.Text, 'B', options);
        Check("acute: severe", AnswerStatus.Text, 'C', options);
        Check("C: Acute: severe", AnswerStatus.LabelAndText, 'C', options);
        Check("E. coli", AnswerStatus.Text, 'D', options);
    }

    [Fact]
    public void ArticleIsNoLabelWhereTheWholeIsAnOptionsText()
    {
        string[] options = ["A) biopsy", "B) A biopsy", "C) necrosis"];
        Check("A biopsy", AnswerStatus.Text, 'B', options);
        Check("A) biopsy", AnswerStatus.LabelAndText, 'A', options);
        Check("A necrosis", AnswerStatus.LabelTextConflict, null, options);
    }

    [Fact]
    public void TextOfSeveralOptionsIsAmbiguousUnlessALabelNamesOne()
    {
        string[] options = ["A) Fibrosis", "B) fibrosis.", "C) necrosis"];
        Check("FIBROSIS", AnswerStatus.AmbiguousText, null, options);
        Check("B) fibrosis", AnswerStatus.LabelAndText, 'B', options);
        Check("C) fibrosis", AnswerStatus.LabelTextConflict, null, options);
    }

    [Fact]
    public void OptionsMayCarryOtherMarksAndGaps()
    {
        string[] options = ["(A) yes", "(C) no"];
        Check("C", AnswerStatus.Label, 'C', options);
        Check("B", AnswerStatus.LabelOutOfRange, null, options);
        Check("C) no", AnswerStatus.LabelAndText, 'C', options);
    }

    [Fact]
    public void ReasoningIsWhatStandsInTheFirstThink()
    {
        Assert.Equal("one", AnswerReader.ReasoningOf("<think>one</think><think>two</think><answer>B</answer>"));
        Assert.Equal("a <answer>C</answer> b", AnswerReader.ReasoningOf("x<think>a <answer>C</answer> b</think><answer>B</answer>"));
        Assert.Equal("open end", AnswerReader.ReasoningOf("<think>open end<|im_end|>\n"));
        Assert.Equal("before ", AnswerReader.ReasoningOf("before <answer>B</answer> after"));
        Assert.Equal("nothing at all", AnswerReader.ReasoningOf("nothing at all"));
        Assert.Equal("", AnswerReader.ReasoningOf("<think></think><answer>B</answer>"));
    }

    [Fact]
    public void DeepNestingIsReadInBoundedTime()
    {
        string body = new string('(', 100_000) + "B" + new string(')', 100_000);
        Check(body, AnswerStatus.Unparsed, null);
    }

    private static void Check(string body, AnswerStatus status, char? label, string[]? options = null)
    {
        AnswerReading reading = new AnswerReader(options ?? Bodies).Read($"<think>seen</think>\n<answer>{body}</answer>");
        Assert.Equal((status, label), (reading.Status, reading.Label));
        Assert.Equal(label is not null, reading.IsReadable);
        Assert.Equal(label is null ? "" : label.ToString(), reading.Option.Length > 0 ? reading.Option[..1] : "");
    }
}
