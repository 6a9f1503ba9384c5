namespace PathVlm.Modeling.Processing;

/// <summary>Patches of a picture: frames x rows x columns (<c>image_grid_thw</c>).</summary>
/// <param name="Frames">Frame pairs; 1 for a still picture.</param>
/// <param name="Rows">Patch rows.</param>
/// <param name="Columns">Patch columns.</param>
public readonly record struct ImageGrid(int Frames, int Rows, int Columns)
{
    /// <summary>Number of patches before merging.</summary>
    public int PatchCount => Frames * Rows * Columns;

    /// <summary>Number of tokens after merging <paramref name="mergeSize"/> x <paramref name="mergeSize"/> patches.</summary>
    public int TokenCount(int mergeSize) => PatchCount / (mergeSize * mergeSize);
}
