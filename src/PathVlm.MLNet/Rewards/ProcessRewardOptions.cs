using PathVlm.MLNet.Judging.Canaries;
using PathVlm.MLNet.Judging.Panel;
using PathVlm.MLNet.Judging.Protocol;

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

    /// <summary>
    /// What is done with the judge's canaries (<see cref="JudgeCanaries"/>: twenty fixed reasonings, eighteen of them empty), which it is
    /// shown before a stage is trained with it and again every <see cref="CanarySteps"/>; a model judge is asked eighteen times for them.
    /// </summary>
    /// <value><see cref="CanaryPolicy.Warn"/>.</value>
    public CanaryPolicy Canaries { get; set; }

    /// <summary>Optimizer steps after which the judge is shown the canaries anew, since a served model may change; 0: only before the stage.</summary>
    /// <value>100.</value>
    public int CanarySteps { get; set; } = 100;

    /// <summary>Told what the judge made of the canaries, on the training thread; not saved.</summary>
    /// <value>null.</value>
    public IProgress<CanaryReport>? CanaryProgress { get; set; }

    internal void Validate()
    {
        ArgumentNullException.ThrowIfNull(Panel);
        if (!Enum.IsDefined(Reference)) throw new ArgumentOutOfRangeException(nameof(Reference), $"Reference: got {Reference}, takes Answer, Explanation or None");
        if (!Enum.IsDefined(Canaries)) throw new ArgumentOutOfRangeException(nameof(Canaries), $"Canaries: got {Canaries}, takes Warn, Stop or Off");
        if (CanarySteps < 0) throw new ArgumentOutOfRangeException(nameof(CanarySteps), $"CanarySteps: got {CanarySteps}, takes 0 or more");
        if (LookAheadRows < 1) throw new ArgumentOutOfRangeException(nameof(LookAheadRows), $"LookAheadRows: got {LookAheadRows}, takes 1 or more");
        Panel.Validate();
    }
}
