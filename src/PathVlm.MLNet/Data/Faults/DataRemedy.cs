namespace PathVlm.MLNet.Data.Faults;

/// <summary>What helps against a <see cref="DataFault"/>: a program names its own options instead of the library's.</summary>
public enum DataRemedy
{
    /// <summary>Nothing but another file.</summary>
    None,

    /// <summary>Leave faulty rows out (<c>PathologyLoadOptions.RowFaults</c>).</summary>
    SkipRows,

    /// <summary>Name the encoding of the text (<c>PathologyLoadOptions.Encoding</c>).</summary>
    NameEncoding,

    /// <summary>Name the set's own splits that are wanted (<c>PathologyLoadOptions.Splits</c>).</summary>
    NameSplits,

    /// <summary>Ask for smaller stages, or for shares (<c>SplitByFractions</c>).</summary>
    SmallerStages,

    /// <summary>Leave out rows that a model was trained on, or take them all the same (<c>AllowTrainedRows</c>).</summary>
    AllowTrainedRows,

    /// <summary>Leave open questions out (<c>PathologyLoadOptions.OpenQuestions</c>).</summary>
    SkipOpenQuestions,

    /// <summary>Give rows stages: a column <c>stage</c>, a split file (<c>LoadSplit</c>), or a split (<c>Split</c>).</summary>
    NameStages,

    /// <summary>Allow longer prompts (<c>MaxPromptLength</c>), or make pictures smaller (<c>MaxPixels</c>).</summary>
    LongerPrompts,
}
