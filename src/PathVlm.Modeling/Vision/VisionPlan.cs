using PathVlm.Modeling.Configuration;
using PathVlm.Modeling.Processing;

namespace PathVlm.Modeling.Vision;

/// <summary>
/// Order of units (merge x merge patches), rotary coordinates and attention runs of a call's pictures. Units are ordered by window;
/// the windows of a picture by size, so that windows of one size lie side by side and are attended in one call. Which window comes
/// first does not matter: windows do not see each other, and full attention sees the whole picture.
/// </summary>
internal sealed class VisionPlan
{
    private readonly List<long> _order = [];
    private readonly List<(int Height, int Width)> _coordinates = [];
    private readonly List<AttentionRun> _windows = [];
    private readonly List<AttentionRun> _frames = [];

    private VisionPlan()
    {
    }

    /// <summary>Unit that comes at each place, [N/4].</summary>
    public IReadOnlyList<long> UnitOrder => _order;

    /// <summary>Patch row and column of each patch in the order the processor gives them, [N].</summary>
    public IReadOnlyList<(int Height, int Width)> Coordinates => _coordinates;

    /// <summary>Runs of the blocks with window attention.</summary>
    public IReadOnlyList<AttentionRun> Windows => _windows;

    /// <summary>Runs of the blocks with full attention: a frame of a picture sees itself.</summary>
    public IReadOnlyList<AttentionRun> Frames => _frames;

    /// <summary>The plan of some pictures.</summary>
    public static VisionPlan Of(VisionConfiguration vision, IReadOnlyList<ImageGrid> grids)
    {
        var plan = new VisionPlan();
        foreach (ImageGrid grid in grids)
            for (int frame = 0; frame < grid.Frames; frame++) plan.AddFrame(vision, grid);
        return plan;
    }

    private void AddFrame(VisionConfiguration vision, ImageGrid grid)
    {
        int merge = vision.SpatialMergeSize;
        (int rows, int columns) = (grid.Rows / merge, grid.Columns / merge);
        int side = vision.WindowSize / merge / vision.PatchSize;
        int first = _order.Count;
        AddCoordinates(rows, columns, merge);
        foreach (List<int> window in WindowsOf(rows, columns, side).OrderByDescending(window => window.Count))
        {
            _order.AddRange(window.Select(unit => (long)(first + unit)));
            Extend(_windows, window.Count * merge * merge);
        }

        Extend(_frames, rows * columns * merge * merge);
    }

    private void AddCoordinates(int rows, int columns, int merge)
    {
        for (int row = 0; row < rows; row++)
            for (int column = 0; column < columns; column++)
                for (int inner = 0; inner < merge * merge; inner++)
                    _coordinates.Add(((row * merge) + (inner / merge), (column * merge) + (inner % merge)));
    }

    private static IEnumerable<List<int>> WindowsOf(int rows, int columns, int side)
    {
        for (int top = 0; top < rows; top += side)
        {
            for (int left = 0; left < columns; left += side)
            {
                var window = new List<int>();
                for (int row = top; row < Math.Min(rows, top + side); row++)
                    for (int column = left; column < Math.Min(columns, left + side); column++) window.Add((row * columns) + column);
                yield return window;
            }
        }
    }

    private static void Extend(List<AttentionRun> runs, int length)
    {
        if (runs.Count > 0 && runs[^1].Length == length) runs[^1] = runs[^1] with { Count = runs[^1].Count + 1 };
        else runs.Add(new AttentionRun(1, length));
    }
}

/// <summary>Neighbouring groups of patches of one size, each of which attends to itself.</summary>
/// <param name="Count">Number of groups.</param>
/// <param name="Length">Patches a group.</param>
internal readonly record struct AttentionRun(int Count, int Length);
