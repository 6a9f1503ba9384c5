using System.Text.Json.Serialization;
using PathVlm.MLNet.Judging.Protocol;
using PathVlm.MLNet.Judging.Records;
using PathVlm.Modeling.Options;

namespace PathVlm.MLNet.Judging.Panel;

/// <summary>Bounds on asking a judge (docs/process-reward.md, Bounds).</summary>
public sealed class ReviewPanelOptions : IOptionSet
{
    /// <summary>Reviews under way at once, 1 or more.</summary>
    /// <value>8.</value>
    [OptionBounds(AtLeast = 1)]
    public int Concurrency { get; set; } = 8;

    /// <summary>
    /// Requests made in any minute, a review's further ones included, 1 or more; ignored with an offline judge
    /// (<see cref="IProcessJudge.IsOffline"/>).
    /// </summary>
    /// <value>500.</value>
    [OptionBounds(AtLeast = 1)]
    public int ReviewsPerMinute { get; set; } = 500;

    /// <summary>
    /// Tokens read and written in any minute, 1 or more; a request waits until the minute before it has room. Ignored with an offline
    /// judge.
    /// </summary>
    /// <value>800,000.</value>
    [OptionBounds(AtLeast = 1)]
    public long TokensPerMinute { get; set; } = 800_000;

    /// <summary>
    /// Money that may be spent, in the currency of the prices, 0 or more; null for no bound. It bounds one panel (the stage that it is
    /// fitted for); where there is a <see cref="RecordFile"/>, what its lines cost counts too, so that it bounds all runs which go on with
    /// that record. Reviews under way when it is spent are finished. A server that reports no tokens ends the run at its first reply.
    /// </summary>
    /// <value>null.</value>
    [OptionBounds(AtLeast = 0)]
    public decimal? Budget { get; set; }

    /// <summary>Price of a million tokens read, 0 or more.</summary>
    /// <value>2.50 (GPT-4o, US dollars).</value>
    [OptionBounds(AtLeast = 0)]
    public decimal PricePerMillionInputTokens { get; set; } = 2.50m;

    /// <summary>Price of a million tokens written, 0 or more.</summary>
    /// <value>10 (GPT-4o, US dollars).</value>
    [OptionBounds(AtLeast = 0)]
    public decimal PricePerMillionOutputTokens { get; set; } = 10m;

    /// <summary>
    /// Share of missing reviews over the last <see cref="MissingWindow"/> above which the run stops, 0 to 1; 1 never stops. Misses that the
    /// record answers count like others.
    /// </summary>
    /// <value>0.05.</value>
    [OptionBounds(AtLeast = 0, AtMost = 1)]
    public double MaxMissingRate { get; set; } = 0.05;

    /// <summary>Reviews over which <see cref="MaxMissingRate"/> is computed, 1 or more.</summary>
    /// <value>200.</value>
    [OptionBounds(AtLeast = 1)]
    public int MissingWindow { get; set; } = 200;

    /// <summary>
    /// Whether a visual finding that the judge says the picture does not show is dropped. Recorded reviews that were scored otherwise are
    /// scored anew from the judge's reply, or asked anew where the record kept no texts.
    /// </summary>
    /// <value>true.</value>
    public bool RequireShownInImage { get; set; } = true;

    /// <summary>
    /// Whether soundness counts only beside at least one step that counts: a reasoning with no such step earns 0, not the 0.5 of the
    /// paper's formula. Recorded reviews are scored by this setting whatever they were scored by.
    /// </summary>
    /// <value>false, the paper's formula; true in the embedded preset.</value>
    public bool SoundnessNeedsStep { get; set; }

    /// <summary>
    /// The file that reviews are recorded in and answered from. Those that were missing are asked for again, unless the cause was a verdict
    /// about the content (refusal, content filter, unable to judge, too large). null for memory only. Not saved in a zip.
    /// </summary>
    /// <value>null.</value>
    [JsonIgnore]
    public string? RecordFile { get; set; }

    /// <summary>What the record keeps of texts.</summary>
    /// <value>Full.</value>
    public RecordText RecordText { get; set; } = RecordText.Full;

    /// <summary>The run's name in the record. Not saved in a zip.</summary>
    /// <value>run.</value>
    [JsonIgnore]
    public string Run { get; set; } = "run";

    /// <summary>The money that reviews cost at these prices.</summary>
    /// <param name="cost">Their tokens.</param>
    public decimal PriceOf(ReviewCost cost) =>
        (cost.InputTokens * PricePerMillionInputTokens + cost.OutputTokens * PricePerMillionOutputTokens) / 1_000_000m;

    /// <summary>A copy.</summary>
    public ReviewPanelOptions Copy() => (ReviewPanelOptions)MemberwiseClone();
}
