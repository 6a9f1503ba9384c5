using PathVlm.MLNet.Answers;

namespace PathVlm.MLNet.Tests.Answers;

public sealed class FormatRuleTests
{
    [Theory]
    [InlineData("<think>x</think><answer>y</answer>")]
    [InlineData("  \n<think>x</think>\n\n<answer>y</answer>\n ")]
    [InlineData("<think>x</think><answer>y</answer><|im_end|>")]
    [InlineData("<think>x</think><answer>y</answer> <|im_end|>\n<|endoftext|><|endoftext|>\n")]
    [InlineData("<think>a < b > c</think><answer>y</answer>")]
    public void WellFormedCompletionScoresOne(string completion) => Assert.Equal(1, FormatRule.Score(completion));

    [Theory]
    [InlineData("")]
    [InlineData("<|im_end|>")]
    [InlineData("x<think>x</think><answer>y</answer>")]
    [InlineData("<think>x</think><answer>y</answer>z")]
    [InlineData("<|im_start|><think>x</think><answer>y</answer>")]
    [InlineData("<think>x</think>z<answer>y</answer>")]
    [InlineData("<think>x</think><|im_end|><answer>y</answer>")]
    [InlineData("<think> \n</think><answer>y</answer>")]
    [InlineData("<think>x</think><answer>\u00a0</answer>")]
    [InlineData("<think>x<think></think><answer>y</answer>")]
    [InlineData("<think>x</think></think><answer>y</answer>")]
    [InlineData("<think>x</think><answer>y<answer></answer>")]
    [InlineData("<think>x</think><answer>y</answer></answer>")]
    [InlineData("<think>x<answer>y</think></answer>")]
    [InlineData("<answer>y</answer><think>x</think>")]
    [InlineData("<think><answer>y</answer></think>")]
    [InlineData("<think>x<answer>y</answer>")]
    [InlineData("<Think>x</think><answer>y</answer>")]
    [InlineData("<THINK>x</THINK><ANSWER>y</ANSWER>")]
    public void AnythingElseScoresZero(string completion) => Assert.Equal(0, FormatRule.Score(completion));
}
