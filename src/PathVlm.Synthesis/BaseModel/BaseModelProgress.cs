namespace PathVlm.Synthesis.BaseModel;

/// <summary>Where the making of a base model stands.</summary>
/// <param name="Step">Optimizer steps done.</param>
/// <param name="TotalSteps">Optimizer steps in all.</param>
/// <param name="Loss">Mean negative log-probability of the step's assistant tokens, nats.</param>
/// <param name="TokenAccuracy">Share of those tokens that had the largest logit.</param>
/// <param name="Elapsed">Time since the first step began.</param>
public sealed record BaseModelProgress(int Step, int TotalSteps, double Loss, double TokenAccuracy, TimeSpan Elapsed);
