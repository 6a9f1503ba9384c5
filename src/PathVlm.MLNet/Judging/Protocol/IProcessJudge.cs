namespace PathVlm.MLNet.Judging.Protocol;

/// <summary>Reviews the reasoning of completions. Implementations are safe for concurrent calls.</summary>
public interface IProcessJudge
{
    /// <summary>Model and parameters, as they enter cache keys and records; never a key or an address.</summary>
    string Identity { get; }

    /// <summary>Whether a review costs nothing: bounds on requests and tokens per minute then do not apply.</summary>
    /// <value>false, unless a judge says otherwise.</value>
    bool IsOffline => false;

    /// <summary>Reviews one completion.</summary>
    /// <param name="request">What the judge is shown.</param>
    /// <param name="cancellationToken">Ends the review at once.</param>
    /// <returns>Findings, or the cause for which they are missing; a failure of the judge is never an exception.</returns>
    /// <exception cref="JudgeStoppedException">A fault that every further review would meet, such as a wrong key.</exception>
    Task<JudgeReply> ReviewAsync(ProcessReviewRequest request, CancellationToken cancellationToken);

    /// <summary>Reviews one completion, waiting for its turn before each request that it makes.</summary>
    /// <param name="request">What the judge is shown.</param>
    /// <param name="beforeRequest">
    /// Awaited before each request; ends once the bounds on requests and tokens per minute have room. A judge that asks several times for
    /// one review overrides this method; by default it is awaited once.
    /// </param>
    /// <param name="cancellationToken">Ends the review at once.</param>
    /// <returns>Findings, or the cause for which they are missing; a failure of the judge is never an exception.</returns>
    /// <exception cref="JudgeStoppedException">A fault that every further review would meet, such as a wrong key.</exception>
    async Task<JudgeReply> ReviewAsync(
        ProcessReviewRequest request, Func<CancellationToken, Task> beforeRequest, CancellationToken cancellationToken)
    {
        await beforeRequest(cancellationToken).ConfigureAwait(false);
        return await ReviewAsync(request, cancellationToken).ConfigureAwait(false);
    }
}
