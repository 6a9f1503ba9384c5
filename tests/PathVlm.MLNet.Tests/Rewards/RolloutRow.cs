namespace PathVlm.MLNet.Tests.Rewards;

/// <summary>A row with sampled completions, as training gives it to rewards.</summary>
public sealed class RolloutRow
{
    public string Id { get; set; } = "";

    public string Question { get; set; } = "What is shown?";

    public string[] Options { get; set; } = ["A) keratin pearl", "B) psammoma body"];

    public string Answer { get; set; } = "B) psammoma body";

    public string[] Rollouts { get; set; } = [];

    public static RolloutRow[] Examples { get; } =
    [
        new() { Id = "one",
            Rollouts = ["<think>Lamellated.</think>\n<answer>B) psammoma body</answer>", "<think>Round.</think><answer>B</answer>", "B"] },
        new() { Id = "two", Answer = "A",
            Rollouts = ["<answer>A) keratin pearl</answer>", "<think> </think><answer>A) keratin pearl</answer>", ""] },
    ];
}
