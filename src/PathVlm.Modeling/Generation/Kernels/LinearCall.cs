namespace PathVlm.Modeling.Generation.Kernels;

/// <summary>What <see cref="LinearKernel"/> multiplies. The memory belongs to the caller.</summary>
internal readonly unsafe struct LinearCall
{
    /// <summary>x, float32 [<see cref="Rows"/>, <see cref="Size"/>], rows <see cref="InputStride"/> apart.</summary>
    public required float* Input { get; init; }

    /// <summary>Values from one row of x to the next.</summary>
    public required long InputStride { get; init; }

    /// <summary>Number of rows of x and y.</summary>
    public required int Rows { get; init; }

    /// <summary>Number of values that are summed.</summary>
    public required int Size { get; init; }

    /// <summary>w, float32 [outputs, <see cref="Size"/>], contiguous.</summary>
    public required float* Weight { get; init; }

    /// <summary>float32 [outputs], or null.</summary>
    public float* Bias { get; init; }

    /// <summary>y, float32 [<see cref="Rows"/>, outputs], rows <see cref="OutputStride"/> apart.</summary>
    public required float* Output { get; init; }

    /// <summary>Values from one row of y to the next.</summary>
    public required long OutputStride { get; init; }

    /// <summary>Whether y is added to instead of overwritten.</summary>
    public bool Add { get; init; }
}
