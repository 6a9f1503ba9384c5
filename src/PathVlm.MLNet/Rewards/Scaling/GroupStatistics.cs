namespace PathVlm.MLNet.Rewards.Scaling;

/// <summary>Mean and unbiased deviation over the numbers that are there; NaN stands for a missing number.</summary>
internal static class GroupStatistics
{
    /// <summary>Mean of the numbers present; NaN where there are none. Equal numbers give exactly that number.</summary>
    public static double Mean(ReadOnlySpan<double> values)
    {
        double sum = 0, first = double.NaN;
        int count = 0;
        bool equal = true;
        foreach (double value in values)
        {
            if (double.IsNaN(value)) continue;
            if (count == 0) first = value;
            equal &= value == first;
            sum += value;
            count++;
        }
        return equal ? first : sum / count;
    }

    /// <summary>Deviation with n - 1; NaN where fewer than two numbers are present.</summary>
    public static double Deviation(ReadOnlySpan<double> values)
    {
        double mean = Mean(values), sum = 0;
        int count = 0;
        foreach (double value in values)
        {
            if (double.IsNaN(value)) continue;
            sum += (value - mean) * (value - mean);
            count++;
        }
        return count < 2 ? double.NaN : Math.Sqrt(sum / (count - 1));
    }

    /// <summary>Whether a deviation counts as zero in <c>frac_reward_zero_std</c> (torch.isclose's absolute tolerance).</summary>
    public static bool IsZero(double deviation) => Math.Abs(deviation) <= 1e-8;
}
