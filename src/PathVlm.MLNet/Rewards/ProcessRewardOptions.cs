using PathVlm.MLNet.Rewards.Judging;

namespace PathVlm.MLNet.Rewards;

/// <summary>How the process reward asks its judge.</summary>
public sealed class ProcessRewardOptions
{
    /// <summary>What the judge is told of the right answer.</summary>
    /// <value><see cref="JudgeReference.Answer"/>, as in the paper.</value>
    public JudgeReference Reference { get; set; } = JudgeReference.Answer;

    /// <summary>Rows whose reviews are asked for together, 1 or more.</summary>
    /// <value>16.</value>
    public int LookAheadRows { get; set; } = 16;

    /// <summary>Bounds, record and scoring; not null.</summary>
    /// <value>The defaults of <see cref="ReviewPanelOptions"/>.</value>
    public ReviewPanelOptions Panel { get; set; } = new();

    internal void Validate()
    {
        ArgumentNullException.ThrowIfNull(Panel);
        if (!Enum.IsDefined(Reference)) throw new ArgumentOutOfRangeException(nameof(Reference), $"Reference: got {Reference}, takes Answer, Explanation or None");
        if (LookAheadRows < 1) throw new ArgumentOutOfRangeException(nameof(LookAheadRows), $"LookAheadRows: got {LookAheadRows}, takes 1 or more");
        Panel.Validate();
    }
}
