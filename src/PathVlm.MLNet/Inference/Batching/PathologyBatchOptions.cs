using PathVlm.Modeling.Options;

namespace PathVlm.MLNet.Inference.Batching;

/// <summary>Bounds of a running batch and of what waits for it.</summary>
public sealed class PathologyBatchOptions : IOptionSet
{
    /// <summary>
    /// Most completions decoded at a time. Key-value memory for all of them is taken with the first request: rows x tokens x layers x 2 x
    /// key width x 4 bytes, 75 MB a row of 1,024 tokens for the 3B model.
    /// </summary>
    /// <value>32.</value>
    [OptionBounds(AtLeast = 1, AtMost = 4096)]
    public int RowLimit { get; set; } = 32;

    /// <summary>Most requests that wait for a place in the batch; one more is refused with <see cref="BatchQueueFullException"/>.</summary>
    /// <value>256.</value>
    [OptionBounds(AtLeast = 1)]
    public int QueueLimit { get; set; } = 256;

    /// <summary>Most tokens of a completion that a request may ask for; null: as many as the policy's own decoding settings.</summary>
    /// <value>null.</value>
    [OptionBounds(AtLeast = 1)]
    public int? MaxNewTokens { get; set; }

    /// <summary>
    /// Prompt tokens taken in between two tokens of the running completions, so that these do not wait long; one prompt is taken in always.
    /// </summary>
    /// <value>2,048.</value>
    [OptionBounds(AtLeast = 1)]
    public int PrefillTokenLimit { get; set; } = 2048;

    /// <summary>Most pictures of one conversation.</summary>
    /// <value>8.</value>
    [OptionBounds(AtLeast = 1)]
    public int MaxPictures { get; set; } = 8;

    /// <summary>Most pixels of a picture by its header; a larger one is refused before it is decoded.</summary>
    /// <value>33,554,432.</value>
    [OptionBounds(AtLeast = 1)]
    public long MaxPicturePixels { get; set; } = 1 << 25;

    /// <summary>A copy.</summary>
    public PathologyBatchOptions Copy() => (PathologyBatchOptions)MemberwiseClone();

    /// <summary>Checks every option.</summary>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of range; the message names all that are.</exception>
    public void Validate() => OptionRules.Validate(this);
}
