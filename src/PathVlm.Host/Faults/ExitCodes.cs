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

    /// <summary><c>leaks</c> found groups or pictures in two stages.</summary>
    internal const int LeaksFound = 4;

    /// <summary>
    /// Cancelled; what was finished is kept. 128 and the signal's number: 130 after Ctrl+C (SIGINT), 143 after SIGTERM, 129 after SIGHUP.
    /// </summary>
    internal const int Cancelled = 130;

    /// <summary>The code after a signal.</summary>
    /// <param name="code">The code without it.</param>
    /// <param name="signal">The signal's number; 0 where none came.</param>
    internal static int After(int code, int signal) => code == Cancelled && signal > 0 ? 128 + signal : code;
}
