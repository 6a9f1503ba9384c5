using PathVlm.Modeling.Processing;

namespace PathVlm.Modeling.Sequences;

/// <summary>
/// Three-axis positions as the reference's <c>get_rope_index</c> gives them: text counts up on all axes alike; a picture's tokens take
/// (start, start + row, start + column), and what follows continues after the largest of them.
/// </summary>
internal static class RotaryPositions
{
    /// <summary>Writes the positions of one prompt.</summary>
    /// <param name="ids">Token ids, picture placeholders expanded.</param>
    /// <param name="grids">Patch grids of the pictures, in order.</param>
    /// <param name="imageTokenId">Id of a picture placeholder.</param>
    /// <param name="mergeSize">Patches a side joined into one token.</param>
    /// <param name="time">Positions on the time axis, as long as <paramref name="ids"/>.</param>
    /// <param name="height">Positions on the height axis.</param>
    /// <param name="width">Positions on the width axis.</param>
    /// <returns>The position after the last, and the indexes of the placeholders.</returns>
    /// <exception cref="ArgumentException">Placeholders and grids do not agree.</exception>
    public static (int Next, List<int> ImageIndexes) Fill(
        ReadOnlySpan<int> ids, IReadOnlyList<ImageGrid> grids, int imageTokenId, int mergeSize,
        Span<long> time, Span<long> height, Span<long> width)
    {
        var images = new List<int>();
        (int next, int picture, int index) = (0, 0, 0);
        while (index < ids.Length)
        {
            if (ids[index] != imageTokenId)
            {
                time[index] = height[index] = width[index] = next++;
                index++;
                continue;
            }

            if (picture == grids.Count)
                throw new ArgumentException(
                    $"Picture placeholders: token {index} starts picture {picture + 1}, but {grids.Count} grid(s) are given.");
            ImageGrid grid = grids[picture++];
            (int rows, int columns) = (grid.Rows / mergeSize, grid.Columns / mergeSize);
            int count = grid.Frames * rows * columns;
            for (int token = 0; token < count; token++, index++)
            {
                if (index == ids.Length || ids[index] != imageTokenId)
                    throw new ArgumentException($"Picture {picture}: expected {count} placeholder(s) for its grid {grid}, got {token}.");
                images.Add(index);
                time[index] = next + (token / (rows * columns));
                height[index] = next + (token / columns % rows);
                width[index] = next + (token % columns);
            }

            next += Math.Max(grid.Frames, Math.Max(rows, columns));
        }

        if (picture < grids.Count)
            throw new ArgumentException($"Picture placeholders: expected {grids.Count}, one per grid, got {picture} picture(s).");
        return (next, images);
    }
}
