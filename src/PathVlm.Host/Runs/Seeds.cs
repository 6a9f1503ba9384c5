namespace PathVlm.Host.Runs;

/// <summary>Seeds where something takes a smaller number than the command line does.</summary>
internal static class Seeds
{
    /// <summary>The seed itself where it fits; else both its halves in one number, so that every seed works.</summary>
    internal static int Folded(long seed) => seed is >= int.MinValue and <= int.MaxValue ? (int)seed : unchecked((int)(seed ^ (seed >>> 32)));
}
