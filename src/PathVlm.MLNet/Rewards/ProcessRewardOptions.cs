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

    /// <summary>Optimizer steps between two showings of the canaries, since a served model may change; 0: only before the stage.</summary>
    /// <value>100.</value>
    public int CanarySteps { get; set; } = 100;

    /// <summary>Receives the judge's canary reports, on the training thread; not saved.</summary>
    /// <value>null.</value>
    public IProgress<CanaryReport>? CanaryProgress { get; set; }

    /// <summary>A copy that is checked, and that holds a copy of the panel's options.</summary>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of range; all that are, are named.</exception>
    internal ProcessRewardOptions Validated()
    {
        ProcessRewardOptions copy = (ProcessRewardOptions)MemberwiseClone();
        List<string> faults = [.. copy.Faults()];
        if (faults.Count > 0) throw new ArgumentOutOfRangeException(nameof(ProcessRewardOptions), string.Join("; ", faults));
        copy.Panel = Panel.Validated();
        return copy;
    }

    private IEnumerable<string> Faults()
    {
        if (!Enum.IsDefined(Reference)) yield return $"Reference: expected Answer, Explanation or None, got {Reference}";
        if (!Enum.IsDefined(Canaries)) yield return $"Canaries: expected Warn, Stop or Off, got {Canaries}";
        if (CanarySteps < 0) yield return $"CanarySteps: expected 0 or more, got {CanarySteps}";
        if (LookAheadRows < 1) yield return $"LookAheadRows: expected 1 or more, got {LookAheadRows}";
        if (Panel is null) yield return "Panel: expected options, got null";
        foreach (string fault in Panel?.Faults() ?? []) yield return $"Panel.{fault}";
    }
}
