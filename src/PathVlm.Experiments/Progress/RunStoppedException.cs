namespace PathVlm.Experiments.Progress;

/// <summary>
/// A run cannot continue: training no longer gives finite numbers, the judge gives no reviews, or an external model does not answer.
/// What was finished is kept.
/// </summary>
/// <param name="message">What happened and what to do, in one line.</param>
/// <param name="inner">The cause; null for none.</param>
public sealed class RunStoppedException(string message, Exception? inner = null) : Exception(message, inner);
