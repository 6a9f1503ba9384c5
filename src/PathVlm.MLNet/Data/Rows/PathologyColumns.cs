namespace PathVlm.MLNet.Data.Rows;

/// <summary>Names of the columns that this package reads and adds.</summary>
public static class PathologyColumns
{
    /// <summary>Text: the row's name, unique in its view, for instance <c>PubMed/test/17</c>.</summary>
    public const string Id = "Id";

    /// <summary>Image (<see cref="Microsoft.ML.Data.MLImage"/>): the picture asked about.</summary>
    public const string Image = "Image";

    /// <summary>Text: full path of the picture's file.</summary>
    public const string ImagePath = "ImagePath";

    /// <summary>Text: the question, without its options.</summary>
    public const string Question = "Question";

    /// <summary>Vector of text: the options, each <c>X) text</c>.</summary>
    public const string Options = "Options";

    /// <summary>Text: the standard answer, one of <see cref="Options"/>, letter and text.</summary>
    public const string Answer = "Answer";

    /// <summary>Text: the reasoning that fine-tuning teaches.</summary>
    public const string Explanation = "Explanation";

    /// <summary>Text: the part of the set that the row comes from; figures are also given for each.</summary>
    public const string Subset = "Subset";

    /// <summary>Text, may be missing: the patient, case or slide of the picture; rows of one group stay in one stage.</summary>
    public const string Group = "Group";

    /// <summary>Text: the stage that takes the row, one of <see cref="PathologyStages"/>.</summary>
    public const string Stage = "Stage";

    /// <summary>Text, added by a fitted model: the whole completion.</summary>
    public const string Response = "Response";

    /// <summary>Text, added by a fitted model: the reasoning read from the completion.</summary>
    public const string Reasoning = "Reasoning";

    /// <summary>Text, added by a fitted model: the option read from the completion, empty where none can be read.</summary>
    public const string PredictedAnswer = "PredictedAnswer";

    /// <summary>Whole number, added by a fitted model: tokens of the completion.</summary>
    public const string ResponseTokenCount = "ResponseTokenCount";

    /// <summary>True or false, may be missing: whether the completion was stopped by its length.</summary>
    public const string Truncated = "Truncated";

    /// <summary>Vector of text [G]: the sampled completions of a row.</summary>
    public const string Rollouts = "Rollouts";

    /// <summary>Vector of whole numbers [G]: tokens of each sampled completion.</summary>
    public const string RolloutTokenCounts = "RolloutTokenCounts";

    /// <summary>Vector of numbers [G]: the weighted sum of the rewards.</summary>
    public const string Reward = "Reward";

    /// <summary>Vector of numbers [G]: the advantage of each sampled completion within its row.</summary>
    public const string Advantage = "Advantage";
}
