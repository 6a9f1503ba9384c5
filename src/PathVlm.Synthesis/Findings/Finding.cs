using PathVlm.Modeling.Numerics;
using PathVlm.Synthesis.Drawing;

namespace PathVlm.Synthesis.Findings;

/// <summary>Draws a finding.</summary>
/// <param name="canvas">Empty canvas.</param>
/// <param name="random">Draws of this tile.</param>
/// <param name="clarity">0 to 1: how plainly the features that tell it from its look-alikes show.</param>
internal delegate void Painter(TissueCanvas canvas, SeededRandom random, float clarity);

/// <summary>One thing that a tile can show: how it is drawn, and what is known about it.</summary>
internal sealed record Finding
{
    /// <summary>Its name, plural, as an option reads.</summary>
    public required string Name { get; init; }

    /// <summary>Subset of the data that its pictures are filed under.</summary>
    public required string Group { get; init; }

    /// <summary>The diagnosis that it stands for in this set.</summary>
    public required string Diagnosis { get; init; }

    /// <summary>Whether that diagnosis is malignant.</summary>
    public required bool Malignant { get; init; }

    /// <summary>What is seen, in two wordings of four words or more, plural.</summary>
    public required IReadOnlyList<string> Features { get; init; }

    /// <summary>What is seen in plainer words, as captions put it; the questions of the fine-tuning set never use it.</summary>
    public required string PlainWords { get; init; }

    /// <summary>The cells or matter that make it.</summary>
    public required string Cells { get; init; }

    /// <summary>The stain or marker that confirms the diagnosis.</summary>
    public required string Marker { get; init; }

    /// <summary>The textbook's criterion, a clause.</summary>
    public required string Criterion { get; init; }

    /// <summary>Why it is ruled out where it is not seen, a clause.</summary>
    public required string Absence { get; init; }

    /// <summary>Names of the findings it is mistaken for.</summary>
    public required IReadOnlyList<string> LookAlikes { get; init; }

    /// <summary>How it is drawn.</summary>
    public required Painter Paint { get; init; }
}
