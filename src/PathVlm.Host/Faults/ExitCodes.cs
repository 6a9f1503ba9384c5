namespace PathVlm.Host.Faults;

/// <summary>Exit codes of the program.</summary>
internal static class ExitCodes
{
    /// <summary>Done.</summary>
    internal const int Done = 0;

    /// <summary>A fault of the program itself.</summary>
    internal const int Fault = 1;

    /// <summary>A user's mistake: an argument, an option, a file.</summary>
    internal const int UserMistake = 2;

    /// <summary>The run cannot go on: the judge stopped it, or training no longer gives finite numbers.</summary>
    internal const int RunStopped = 3;

    /// <summary>Cancelled (Ctrl+C); what was finished is kept.</summary>
    internal const int Cancelled = 130;
}
