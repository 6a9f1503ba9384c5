namespace PathVlm.MLNet.Judging.Models;

/// <summary>How a model judge is asked.</summary>
public sealed class ChatJudgeOptions
{
    /// <summary>The pinned model.</summary>
    /// <value>gpt-4o-2024-08-06.</value>
    public string Model { get; set; } = "gpt-4o-2024-08-06";

    /// <summary>Sampling temperature, 0 to 2.</summary>
    /// <value>0.</value>
    public float Temperature { get; set; }

    /// <summary>Seed sent with each request.</summary>
    /// <value>17.</value>
    public long Seed { get; set; } = 17;

    /// <summary>Output budget of a request in tokens, 1 or more; a second request after an invalid reply gets twice as many.</summary>
    /// <value>1,200.</value>
    public int MaxOutputTokens { get; set; } = 1200;

    /// <summary>Requests for one review at the most, 1 to 5.</summary>
    /// <value>5.</value>
    public int MaxRequests { get; set; } = 5;

    /// <summary>Time for one review in all, backoff included; above zero.</summary>
    /// <value>120 s.</value>
    public TimeSpan ReviewTime { get; set; } = TimeSpan.FromSeconds(120);

    /// <summary>Time for one request, header and body; above zero.</summary>
    /// <value>45 s.</value>
    public TimeSpan RequestTime { get; set; } = TimeSpan.FromSeconds(45);

    /// <summary>Backoff before the second request; it doubles with each further one, times a jitter of 0.5 to 1.5.</summary>
    /// <value>1 s.</value>
    public TimeSpan Backoff { get; set; } = TimeSpan.FromSeconds(1);

    internal void Validate()
    {
        List<string> faults = [];
        if (string.IsNullOrWhiteSpace(Model)) faults.Add("Model: got nothing, takes the name of a model");
        if (!(Temperature is >= 0 and <= 2)) faults.Add($"Temperature: got {Temperature}, takes 0 to 2");
        if (MaxOutputTokens < 1) faults.Add($"MaxOutputTokens: got {MaxOutputTokens}, takes 1 or more");
        if (MaxRequests is < 1 or > 5) faults.Add($"MaxRequests: got {MaxRequests}, takes 1 to 5");
        if (ReviewTime <= TimeSpan.Zero) faults.Add($"ReviewTime: got {ReviewTime}, takes a time above zero");
        if (RequestTime <= TimeSpan.Zero) faults.Add($"RequestTime: got {RequestTime}, takes a time above zero");
        if (Backoff < TimeSpan.Zero) faults.Add($"Backoff: got {Backoff}, takes zero or more");
        if (faults.Count > 0) throw new ArgumentOutOfRangeException(nameof(ChatJudgeOptions), string.Join("; ", faults));
    }
}
