namespace PathVlm.MLNet.Persistence.Weights;

/// <summary>
/// Whether weights that are NaN or infinite are taken from a zip. ML.NET's <c>Model.Load</c> has no options, so the choice goes with the
/// asynchronous flow that loads.
/// </summary>
internal static class NonFiniteChoice
{
    private static readonly AsyncLocal<bool> Allowed = new();

    /// <summary>Whether they are taken here.</summary>
    public static bool IsAllowed => Allowed.Value;

    /// <summary>Sets the choice until the result is disposed.</summary>
    public static IDisposable Allow(bool allowed)
    {
        Restored before = new(Allowed.Value);
        Allowed.Value = allowed;
        return before;
    }

    private sealed class Restored(bool before) : IDisposable
    {
        public void Dispose() => Allowed.Value = before;
    }
}
