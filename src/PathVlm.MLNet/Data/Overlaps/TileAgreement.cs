namespace PathVlm.MLNet.Data.Overlaps;

/// <summary>How two tiles agree where they overlap.</summary>
/// <param name="Correlation">Of their bands, -1 to 1.</param>
/// <param name="Share">The share of the first tile that the second shows.</param>
/// <param name="Blocks">Blocks of the overlap that hold structures.</param>
/// <param name="AgreeingBlocks">Those whose bands correlate.</param>
internal sealed record TileAgreement(double Correlation, double Share, int Blocks, int AgreeingBlocks)
{
    private const int BlockSide = 32;
    private const double LeastShare = 0.2, LeastCorrelation = 0.87, LeastBlockCorrelation = 0.5, LeastAgreeing = 0.9, LeastVariance = 4;
    private const int FewestBlocks = 3;

    // The share of a side that is left out at each edge: what is left there of a border, and the corners of a turned picture.
    private const double Margin = 1 / 12.0;

    /// <summary>Whether the tiles show one place: a shape that both happen to hold agrees in some blocks and not in the others.</summary>
    public bool ShowsOnePlace => Share >= LeastShare && Correlation >= LeastCorrelation
        && Blocks >= FewestBlocks && AgreeingBlocks >= LeastAgreeing * Blocks;

    /// <summary>Compares two tiles.</summary>
    /// <param name="first">The one.</param>
    /// <param name="second">The other.</param>
    /// <param name="placed">Where the one lies in the other.</param>
    public static TileAgreement Of(TileBand first, TileBand second, Placement placed)
    {
        int left = (int)(Margin * first.Width), top = (int)(Margin * first.Height);
        int width = first.Width - 2 * left, height = first.Height - 2 * top;
        int across = (width * TileBand.Step + BlockSide - 1) / BlockSide, down = (height * TileBand.Step + BlockSide - 1) / BlockSide;
        Sums[] blocks = new Sums[across * down];
        for (int row = 0; row < height; row++)
            for (int column = 0; column < width; column++)
            {
                int x = column * TileBand.Step, y = row * TileBand.Step;
                (double u, double v) = placed.Of(x + left * TileBand.Step, y + top * TileBand.Step);
                if (second.Holds(u, v, Margin))
                    blocks[y / BlockSide * across + x / BlockSide].Add(
                        first.Values[(row + top) * first.Width + column + left], second.At(u, v));
            }
        Sums all = default;
        int structured = 0, agreeing = 0;
        int full = BlockSide * BlockSide / (TileBand.Step * TileBand.Step);
        foreach (Sums block in blocks)
        {
            all.Add(block);
            if (block.Count < full / 2 || block.Variance < LeastVariance)
                continue;
            structured++;
            if (block.Correlation >= LeastBlockCorrelation)
                agreeing++;
        }
        return new TileAgreement(all.Correlation, all.Count / Math.Max(1, width * height), structured, agreeing);
    }

    // Sums over pairs of values.
    private struct Sums
    {
        private double _own, _other, _owns, _others, _both;

        public double Count { get; private set; }

        public readonly double Variance => (OwnSpread + OtherSpread) / (2 * Count);

        public readonly double Correlation =>
            OwnSpread <= 0 || OtherSpread <= 0 ? 0 : (_both - _own * _other / Count) / Math.Sqrt(OwnSpread * OtherSpread);

        private readonly double OwnSpread => _owns - _own * _own / Count;

        private readonly double OtherSpread => _others - _other * _other / Count;

        public void Add(double own, double other)
        {
            Count++;
            (_own, _other) = (_own + own, _other + other);
            (_owns, _others, _both) = (_owns + own * own, _others + other * other, _both + own * other);
        }

        public void Add(Sums sums)
        {
            Count += sums.Count;
            (_own, _other) = (_own + sums._own, _other + sums._other);
            (_owns, _others, _both) = (_owns + sums._owns, _others + sums._others, _both + sums._both);
        }
    }
}
