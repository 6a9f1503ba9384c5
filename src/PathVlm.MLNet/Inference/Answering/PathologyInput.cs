using Microsoft.ML.Data;

namespace PathVlm.MLNet.Inference.Answering;

/// <summary>A row to be answered, for <c>ml.Model.CreatePredictionEngine&lt;PathologyInput, PathologyPrediction&gt;(model)</c>.</summary>
public sealed class PathologyInput
{
    /// <summary>The picture; it stays the caller's.</summary>
    public MLImage? Image { get; set; }

    /// <summary>The question.</summary>
    public string Question { get; set; } = "";

    /// <summary>The options, <c>A) text</c>, <c>B) text</c> …; empty for an open question.</summary>
    public string[] Options { get; set; } = [];
}
