namespace PathVlm.MLNet.Data.Overlaps;

/// <summary>
/// Where a tile lies in another, turned, scaled and shifted: <c>x' = Cosine x - Sine y + Right</c>, <c>y' = Sine x + Cosine y + Down</c>.
/// </summary>
internal readonly record struct Placement(double Cosine, double Sine, double Right, double Down)
{
    private const double MostScale = 1.3, MostTurn = 0.21; // about 12 degrees

    /// <summary>How many times as large the tile is in the other.</summary>
    public double Scale => Math.Sqrt(Cosine * Cosine + Sine * Sine);

    /// <summary>Whether the tile is hardly scaled and hardly turned.</summary>
    public bool IsPlausible => Scale is > 1 / MostScale and < MostScale && Math.Abs(Math.Atan2(Sine, Cosine)) < MostTurn;

    /// <summary>The place of a pixel in the other tile.</summary>
    public (double X, double Y) Of(double x, double y) => (Cosine * x - Sine * y + Right, Sine * x + Cosine * y + Down);

    /// <summary>The placement that takes two points into two others; null where the first two are one.</summary>
    public static Placement? Of((TilePoint From, TilePoint To) first, (TilePoint From, TilePoint To) second)
    {
        double x = second.From.X - first.From.X, y = second.From.Y - first.From.Y;
        double u = second.To.X - first.To.X, v = second.To.Y - first.To.Y, spread = x * x + y * y;
        if (spread < 1)
            return null;
        (double cosine, double sine) = ((x * u + y * v) / spread, (x * v - y * u) / spread);
        return new Placement(
            cosine, sine, first.To.X - cosine * first.From.X + sine * first.From.Y,
            first.To.Y - sine * first.From.X - cosine * first.From.Y);
    }

    /// <summary>The placement that takes pairs of points into each other with the least squares of error.</summary>
    public static Placement? Fit(IReadOnlyList<(TilePoint From, TilePoint To)> pairs)
    {
        double fromX = pairs.Average(pair => (double)pair.From.X), fromY = pairs.Average(pair => (double)pair.From.Y);
        double toX = pairs.Average(pair => (double)pair.To.X), toY = pairs.Average(pair => (double)pair.To.Y);
        double spread = 0, along = 0, across = 0;
        foreach ((TilePoint from, TilePoint to) in pairs)
        {
            (double x, double y, double u, double v) = (from.X - fromX, from.Y - fromY, to.X - toX, to.Y - toY);
            spread += x * x + y * y;
            along += x * u + y * v;
            across += x * v - y * u;
        }
        if (spread < 1)
            return null;
        (double cosine, double sine) = (along / spread, across / spread);
        return new Placement(cosine, sine, toX - cosine * fromX + sine * fromY, toY - sine * fromX - cosine * fromY);
    }
}
