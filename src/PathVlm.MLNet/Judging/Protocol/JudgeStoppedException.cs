namespace PathVlm.MLNet.Judging.Protocol;

/// <summary>The run cannot go on with this judge; the message is one line for the user.</summary>
public sealed class JudgeStoppedException : Exception
{
    /// <summary>Creates the exception.</summary>
    /// <param name="message">One line for the user.</param>
    /// <param name="inner">What caused it; null for none.</param>
    public JudgeStoppedException(string message, Exception? inner = null)
        : base(message, inner)
    {
    }
}
