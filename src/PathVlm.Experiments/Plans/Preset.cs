namespace PathVlm.Experiments.Plans;

/// <summary>Named settings of a run (<see cref="Recipe"/>).</summary>
public enum Preset
{
    /// <summary>For the embedded base: a model of about a million weights, trained on 2 CPU cores.</summary>
    Embedded,

    /// <summary>The paper's numbers, for a published Qwen2.5-VL.</summary>
    Paper,

    /// <summary>The paper's numbers with adapters (LoRA) on a 3B, for one GPU of 80 GB.</summary>
    PaperLora3B,

    /// <summary>The paper's numbers with adapters (LoRA) on a 7B, for one GPU of 80 GB.</summary>
    PaperLora7B,
}
