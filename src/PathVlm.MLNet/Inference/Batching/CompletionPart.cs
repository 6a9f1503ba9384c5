namespace PathVlm.MLNet.Inference.Batching;

/// <summary>What was added to a completion.</summary>
/// <param name="Completion">Which completion of the request, from 0.</param>
/// <param name="Text">The text added; empty where a token completes no character, or where it may be the beginning of a stop text.</param>
/// <param name="Tokens">The tokens chosen, those of an end token and of a stop text included.</param>
/// <param name="End">Why the completion is over; null while it goes on.</param>
public sealed record CompletionPart(int Completion, string Text, IReadOnlyList<CompletionToken> Tokens, CompletionEnd? End);

/// <summary>A token of a completion.</summary>
/// <param name="Id">Its id.</param>
/// <param name="LogProbability">Its log-probability at the sampling temperature over the tokens that are not suppressed.</param>
public readonly record struct CompletionToken(int Id, float LogProbability);

/// <summary>Why a completion is over.</summary>
public enum CompletionEnd
{
    /// <summary>The model ended it, or a stop text did.</summary>
    Stop,

    /// <summary>It reached the limit of tokens.</summary>
    Length,
}
