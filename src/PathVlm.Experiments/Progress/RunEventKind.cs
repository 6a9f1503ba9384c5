namespace PathVlm.Experiments.Progress;

/// <summary>Kinds of <see cref="RunEvent"/>.</summary>
public enum RunEventKind
{
    /// <summary>A line for the user.</summary>
    Message,

    /// <summary>A warning for the user; the same warning may be reported several times.</summary>
    Warning,

    /// <summary>A piece of work has started; <see cref="WorkFinished"/> follows unless the run ends with an exception.</summary>
    WorkStarted,

    /// <summary>A piece of work has advanced. The training of a stage reports only this kind.</summary>
    WorkAdvanced,

    /// <summary>A piece of work is finished.</summary>
    WorkFinished,
}
