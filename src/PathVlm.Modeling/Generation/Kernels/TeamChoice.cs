namespace PathVlm.Modeling.Generation.Kernels;

/// <summary>
/// Whether a step is divided among the team or done by its caller alone, whichever was quicker lately. On a machine that runs other work a
/// member that is not running holds up all others at every meeting: a small model's step then takes several times as long as alone. What a
/// step computes is the same to the last bit either way. Not thread-safe.
/// </summary>
internal sealed class TeamChoice
{
    /// <summary>
    /// Products of a layer below which a step is never divided: 1,000,000 are about 40 microseconds on one thread, against 3 for a meeting.
    /// </summary>
    public const long FewestProducts = 1_000_000;

    /// <summary>Products of a layer above which a step is always divided: meetings no longer count.</summary>
    public const long MostProducts = 64_000_000;

    private const int FirstDistance = 32, LongestDistance = 512;
    private const double Weight = 0.25;

    // Seconds a product, of steps done together and alone; NaN before the first.
    private double _together = double.NaN, _alone = double.NaN;
    private int _distance = FirstDistance;
    private int _steps;

    /// <summary>Whether the next step is done alone.</summary>
    /// <param name="products">Its products a layer.</param>
    public bool IsAlone(long products)
    {
        if (products is < FewestProducts or > MostProducts) return products < FewestProducts;
        if (double.IsNaN(_together) || double.IsNaN(_alone)) return !double.IsNaN(_together);
        bool alone = _alone < _together;
        if (++_steps < _distance) return alone;
        // The slower way is tried again: the machine may be another one by now.
        _steps = 0;
        _distance = Math.Min(2 * _distance, LongestDistance);
        return !alone;
    }

    /// <summary>Learns how long a step took.</summary>
    /// <param name="products">Its products a layer.</param>
    /// <param name="alone">Whether it was done alone.</param>
    /// <param name="time">The time.</param>
    public void Learn(long products, bool alone, TimeSpan time)
    {
        if (products is < FewestProducts or > MostProducts) return;
        bool wasAlone = _alone < _together;
        double each = time.TotalSeconds / products;
        ref double mean = ref alone ? ref _alone : ref _together;
        mean = double.IsNaN(mean) ? each : mean + (Weight * (each - mean));
        if (_alone < _together != wasAlone) _distance = FirstDistance;
    }
}
