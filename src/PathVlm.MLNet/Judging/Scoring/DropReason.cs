using System.Text.Json.Serialization;

namespace PathVlm.MLNet.Judging.Scoring;

/// <summary>Why a finding does not count. Records and the column <c>JudgeFindings</c> hold the reason in words.</summary>
public enum DropReason
{
    /// <summary>The judge says that the step is not there.</summary>
    [JsonStringEnumMemberName("not present")]
    NotPresent,

    /// <summary>The finding has no quote.</summary>
    [JsonStringEnumMemberName("no quote")]
    NoQuote,

    /// <summary>The quote has fewer than four words.</summary>
    [JsonStringEnumMemberName("quote shorter than 4 words")]
    QuoteTooShort,

    /// <summary>The quote does not occur in the reasoning.</summary>
    [JsonStringEnumMemberName("quote not in the reasoning")]
    QuoteNotFound,

    /// <summary>The quote's words already count for another step.</summary>
    [JsonStringEnumMemberName("quote shared with another step")]
    QuoteShared,

    /// <summary>The judge says that the picture does not show it.</summary>
    [JsonStringEnumMemberName("not shown in the picture")]
    NotShown,

    /// <summary>No option is rejected.</summary>
    [JsonStringEnumMemberName("no option rejected")]
    NoOptionRejected,

    /// <summary>What is rejected is not one of the options.</summary>
    [JsonStringEnumMemberName("not one of the options")]
    NotAnOption,

    /// <summary>The rejected option is the chosen one.</summary>
    [JsonStringEnumMemberName("the chosen option")]
    ChosenOption,

    /// <summary>The words overlap those of another violation.</summary>
    [JsonStringEnumMemberName("same words as another violation")]
    OverlappingViolation,
}
