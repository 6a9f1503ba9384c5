namespace PathVlm.Experiments.Tests.Support;

/// <summary>Completions that the rubric scores differently.</summary>
internal static class Reasonings
{
    public const string Sound =
        "The cells hold a single clear vacuole that pushes the nucleus to the rim. A nucleus pushed aside by mucin is the hallmark of "
        + "signet-ring cells. There are no concentric layers of keratin, so keratin pearls are excluded.";

    public const string Idle = "It is absolutely obvious and beyond any doubt what the right choice must be in this case.";

    public static string Completion(string reasoning) => $"<think>{reasoning}</think>\n<answer>B) Signet-ring cells</answer>";
}
