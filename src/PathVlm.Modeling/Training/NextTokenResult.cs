namespace PathVlm.Modeling.Training;

/// <summary>What one optimizer step of a <see cref="NextTokenTrainer"/> saw before it changed the weights.</summary>
/// <param name="Loss">Weighted mean of the negative log-probabilities of the step's answer tokens, in nats.</param>
/// <param name="TokenAccuracy">Share of those tokens that had the largest logit, 0 to 1; every token counts once.</param>
public readonly record struct NextTokenResult(double Loss, double TokenAccuracy);
