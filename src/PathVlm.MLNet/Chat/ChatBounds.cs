namespace PathVlm.MLNet.Chat;

/// <summary>Bounds on one question to a chat model (docs/process-reward.md, Failures).</summary>
/// <param name="MaxRequests">Largest number of requests, 1 to 5.</param>
/// <param name="TotalTime">Time in all, backoff included.</param>
/// <param name="RequestTime">Time for one request, header and body.</param>
/// <param name="Backoff">Backoff before the second request; it doubles with each further one, times a jitter of 0.5 to 1.5.</param>
internal sealed record ChatBounds(int MaxRequests, TimeSpan TotalTime, TimeSpan RequestTime, TimeSpan Backoff);
