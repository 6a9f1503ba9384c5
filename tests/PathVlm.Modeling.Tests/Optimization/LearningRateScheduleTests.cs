using PathVlm.Modeling.Optimization;

namespace PathVlm.Modeling.Tests.Optimization;

public sealed class LearningRateScheduleTests
{
    [Fact]
    public void LinearWarmsUpFromZeroAndReachesZeroAfterTheLastStep()
    {
        LearningRateSchedule schedule = new(LearningRateScheduler.Linear, 2e-3, warmupSteps: 2, totalSteps: 6);
        double[] expected = [0, 1e-3, 2e-3, 1.5e-3, 1e-3, 5e-4, 0];
        for (int step = 0; step < expected.Length; step++) Assert.Equal(expected[step], schedule.RateAt(step), 15);
    }

    [Fact]
    public void CosineStartsAtThePeakAndFollowsHalfAWave()
    {
        LearningRateSchedule schedule = new(LearningRateScheduler.Cosine, 2e-3, warmupSteps: 0, totalSteps: 6);
        double[] expected = [0.002, 0.001866025403784439, 0.0015, 0.001, 0.0005000000000000002, 0.0001339745962155613];
        for (int step = 0; step < expected.Length; step++) Assert.Equal(expected[step], schedule.RateAt(step), 15);
    }

    [Fact]
    public void ConstantIgnoresTheWarmUp() =>
        Assert.Equal(0.1, new LearningRateSchedule(LearningRateScheduler.Constant, 0.1, warmupSteps: 5, totalSteps: 10).RateAt(0));

    [Fact]
    public void ConstantWithWarmupStaysAtThePeak()
    {
        LearningRateSchedule schedule = new(LearningRateScheduler.ConstantWithWarmup, 0.1, warmupSteps: 4, totalSteps: 10);
        Assert.Equal([0, 0.025, 0.05, 0.075, 0.1, 0.1, 0.1], Enumerable.Range(0, 7).Select(step => Math.Round(schedule.RateAt(step), 12)));
    }

    [Fact]
    public void AFractionOfARunIsRoundedUp() => Assert.Equal(4, LearningRateSchedule.WarmupStepsOf(0.03, 101));
}
