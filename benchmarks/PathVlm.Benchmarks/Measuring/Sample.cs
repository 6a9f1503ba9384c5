namespace PathVlm.Benchmarks.Measuring;

/// <summary>Repeated measurements of one thing, seconds.</summary>
internal sealed class Sample(IReadOnlyList<double> seconds)
{
    /// <summary>The middle one.</summary>
    public double Median { get; } = MedianOf(seconds);

    /// <summary>The fastest.</summary>
    public double Least { get; } = seconds.Min();

    /// <summary>The slowest.</summary>
    public double Most { get; } = seconds.Max();

    /// <summary>How many.</summary>
    public int Count { get; } = seconds.Count;

    /// <summary>Runs work once to warm up and then repeatedly, probing the machine in between.</summary>
    public static Sample Of(Machine machine, int repeats, Action work)
    {
        work();
        double[] seconds = new double[repeats];
        for (int i = 0; i < repeats; i++)
        {
            machine.Probe();
            seconds[i] = Time(work);
        }
        machine.Probe();
        return new Sample(seconds);
    }

    /// <summary>Seconds that work takes.</summary>
    public static double Time(Action work)
    {
        double start = Clock.Now;
        work();
        return Clock.Now - start;
    }

    /// <summary>The median of numbers; the mean of the middle two where they are even.</summary>
    public static double MedianOf(IEnumerable<double> numbers)
    {
        double[] sorted = [.. numbers.Order()];
        return (sorted[(sorted.Length - 1) / 2] + sorted[sorted.Length / 2]) / 2;
    }
}
