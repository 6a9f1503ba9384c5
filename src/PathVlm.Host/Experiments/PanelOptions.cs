using PathVlm.MLNet.Judging.Panel;
using PathVlm.MLNet.Judging.Records;

namespace PathVlm.Host.Experiments;

/// <summary>Bounds on asking a judge, with records where the experiment keeps them.</summary>
internal static class PanelOptions
{
    /// <summary>The same bounds with a record in a file.</summary>
    internal static ReviewPanelOptions WithRecord(ReviewPanelOptions options, string file) => new()
    {
        Concurrency = options.Concurrency,
        ReviewsPerMinute = options.ReviewsPerMinute,
        TokensPerMinute = options.TokensPerMinute,
        Budget = options.Budget,
        PricePerMillionInputTokens = options.PricePerMillionInputTokens,
        PricePerMillionOutputTokens = options.PricePerMillionOutputTokens,
        MaxMissingRate = options.MaxMissingRate,
        MissingWindow = options.MissingWindow,
        RequireShownInImage = options.RequireShownInImage,
        RecordText = options.RecordText,
        Run = options.Run,
        RecordFile = file,
    };
}
