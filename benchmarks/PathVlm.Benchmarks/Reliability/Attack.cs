namespace PathVlm.Benchmarks.Reliability;

/// <summary>One hostile input.</summary>
/// <param name="Row">Its row in docs/reliability.md.</param>
/// <param name="Name">What it is.</param>
/// <param name="Promise">How it must end.</param>
/// <param name="Goal">The bound on time.</param>
/// <param name="Refusal">Part of the message that must come; null where the input must be taken.</param>
/// <param name="Work">Opens or reads it.</param>
internal sealed record Attack(int Row, string Name, string Promise, string Goal, string? Refusal, Action Work)
{
    /// <summary>Runs it; the message of the typed error, or null where there was none.</summary>
    public string? Run()
    {
        try
        {
            Work();
            return null;
        }
        catch (InvalidDataException fault)
        {
            return fault.Message;
        }
    }

    /// <summary>Whether it ended as promised, a refusal in one line of at most 300 characters.</summary>
    public bool IsAsPromised(string? fault) =>
        Refusal is null ? fault is null : fault?.Contains(Refusal, StringComparison.Ordinal) == true && fault.Length <= 300;
}
