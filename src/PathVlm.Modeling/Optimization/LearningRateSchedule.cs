namespace PathVlm.Modeling.Optimization;

/// <summary>
/// Learning rate of a step, as transformers' schedulers give it:
/// warm-up  step / max(1, W); linear (T - step) / max(1, T - W); cosine (1 + cos(pi (step - W) / max(1, T - W))) / 2.
/// The first step has number 0, so with a warm-up its rate is 0; the rate logged for a step is the one that step used.
/// </summary>
internal sealed class LearningRateSchedule
{
    private readonly LearningRateScheduler _scheduler;
    private readonly double _peak;
    private readonly long _warmupSteps;
    private readonly long _totalSteps;

    /// <summary>A schedule of <paramref name="totalSteps"/> optimizer steps.</summary>
    /// <param name="scheduler">The curve.</param>
    /// <param name="peak">The rate after the warm-up.</param>
    /// <param name="warmupSteps">Steps of the warm-up, 0 or more.</param>
    /// <param name="totalSteps">Optimizer steps of the run.</param>
    public LearningRateSchedule(LearningRateScheduler scheduler, double peak, long warmupSteps, long totalSteps)
    {
        _scheduler = scheduler;
        _peak = peak;
        _warmupSteps = warmupSteps;
        _totalSteps = totalSteps;
    }

    /// <summary>Warm-up steps of a fraction of a run: rounded up, as transformers does.</summary>
    public static long WarmupStepsOf(double fraction, long totalSteps) => (long)Math.Ceiling(totalSteps * fraction);

    /// <summary>The rate that optimizer step <paramref name="step"/> uses.</summary>
    /// <param name="step">Number of the step, from 0.</param>
    public double RateAt(long step) => _peak * Factor(step);

    private double Factor(long step)
    {
        if (_scheduler == LearningRateScheduler.Constant) return 1;
        if (step < _warmupSteps) return step / (double)Math.Max(1, _warmupSteps);
        double rest = Math.Max(1, _totalSteps - _warmupSteps);
        return _scheduler switch
        {
            LearningRateScheduler.Linear => Math.Max(0, (_totalSteps - step) / rest),
            LearningRateScheduler.Cosine => Math.Max(0, 0.5 * (1 + Math.Cos(Math.PI * ((step - _warmupSteps) / rest)))),
            _ => 1,
        };
    }
}
