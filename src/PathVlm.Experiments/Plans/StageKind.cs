namespace PathVlm.Experiments.Plans;

/// <summary>How a variant's last stage is trained.</summary>
internal enum StageKind
{
    /// <summary>Supervised fine-tuning.</summary>
    FineTuning,

    /// <summary>GRPO with format and accuracy reward.</summary>
    OutcomeGrpo,

    /// <summary>GRPO with the process reward added.</summary>
    ProcessGrpo,
}
