namespace PathVlm.Modeling.Forecasting;

/// <summary>How much of the head's work is done at one time, which the forecast and the computation share.</summary>
internal static class HeadLimits
{
    /// <summary>
    /// Rows whose logits exist at one time, where nothing else is asked for: on a GPU so many that the products take the time, not the
    /// reading of the head's weights.
    /// </summary>
    public static int RowsAtATime(bool onGpu) => onGpu ? 512 : 128;
}
