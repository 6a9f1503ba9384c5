using PathVlm.Experiments.Answers;
using PathVlm.Experiments.Progress;

namespace PathVlm.Experiments.Tests.Answers;

/// <summary>When an external model that does not answer ends the run.</summary>
public sealed class OutageWatchTests
{
    [Fact]
    public void AFewRowsThatFailEndNothing()
    {
        OutageWatch watch = new("theirs");
        GivenAnswer good = new("<answer>A</answer>", 3, Truncated: false), away = new("", null, Truncated: false, "TimedOut"),
            rejected = away with { Failure = "ContentFilter" };
        IEnumerable<GivenAnswer> answered = Enumerable.Range(0, 400).Select(row => row % 20 == 0 ? away : good);
        foreach (GivenAnswer answer in Enumerable.Repeat(rejected, 100).Concat(answered))
            watch.Count(answer);
        watch.Count(away); // in place of the oldest, which was away too
        Assert.Throws<RunStoppedException>(() => watch.Count(away));
    }
}
