namespace PathVlm.Synthesis.Questions;

/// <summary>What a question of the set asks for.</summary>
internal enum QuestionKind
{
    /// <summary>The diagnosis.</summary>
    Diagnosis,

    /// <summary>The finding by its name.</summary>
    Finding,

    /// <summary>The feature that is seen.</summary>
    Feature,

    /// <summary>The criterion that is met.</summary>
    Criterion,

    /// <summary>The cells or matter.</summary>
    Cells,

    /// <summary>The stain or marker that confirms.</summary>
    Marker,

    /// <summary>Benign or malignant.</summary>
    Behaviour,

    /// <summary>Which of two findings named in the question is shown.</summary>
    Pair,
}
