namespace PathVlm.MLNet.Data.Rows;

/// <summary>Values of the column <see cref="PathologyColumns.Stage"/>.</summary>
public static class PathologyStages
{
    /// <summary>Rows that supervised fine-tuning takes.</summary>
    public const string Sft = "Sft";

    /// <summary>Rows that reinforcement learning takes.</summary>
    public const string Rl = "Rl";

    /// <summary>Rows that no training sees.</summary>
    public const string Test = "Test";
}
