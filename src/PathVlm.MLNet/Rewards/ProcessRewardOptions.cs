using PathVlm.MLNet.Judging.Canaries;
using PathVlm.MLNet.Judging.Panel;
using PathVlm.MLNet.Judging.Protocol;
using PathVlm.Modeling.Options;

namespace PathVlm.MLNet.Rewards;

/// <summary>How the process reward asks its judge.</summary>
public sealed class ProcessRewardOptions : IOptionSet
{
    /// <summary>What the judge is told of the right answer.</summary>
    /// <value><see cref="JudgeReference.Answer"/>, as in the paper.</value>
    public JudgeReference Reference { get; set; } = JudgeReference.Answer;

    /// <summary>Rows whose reviews are asked for together, 1 or more.</summary>
    /// <value>16.</value>
    [OptionBounds(AtLeast = 1)]
    public int LookAheadRows { get; set; } = 16;

    /// <summary>Bounds, record and scoring; not null.</summary>
    /// <value>The defaults of <see cref="ReviewPanelOptions"/>.</value>
    [RequiredOption("the panel's options")]
    public ReviewPanelOptions Panel { get; set; } = new();

    /// <summary>
    /// What is done with the judge's canaries (<see cref="JudgeCanaries"/>: twenty fixed reasonings, eighteen of them empty), which it is
    /// shown before a stage is trained with it and again every <see cref="CanarySteps"/>; a model judge is asked eighteen times for them.
    /// </summary>
    /// <value><see cref="CanaryPolicy.Warn"/>.</value>
    public CanaryPolicy Canaries { get; set; }

    /// <summary>Optimizer steps between two showings of the canaries, since a served model may change; 0: only before the stage.</summary>
    /// <value>100.</value>
    [OptionBounds(AtLeast = 0)]
    public int CanarySteps { get; set; } = 100;

    /// <summary>Receives the judge's canary reports, on the training thread; not saved.</summary>
    /// <value>null.</value>
    public IProgress<CanaryReport>? CanaryProgress { get; set; }

    /// <summary>A copy, with a copy of the panel's options.</summary>
    public ProcessRewardOptions Copy()
    {
        ProcessRewardOptions copy = (ProcessRewardOptions)MemberwiseClone();
        if (Panel is not null) copy.Panel = Panel.Copy(); // null is refused when the options are checked
        return copy;
    }
}
