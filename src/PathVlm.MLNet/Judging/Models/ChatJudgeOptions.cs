using PathVlm.MLNet.Chat.Faults;

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

    /// <summary>
    /// Parameters that requests go without, for a server that refuses them. What is left out is part of the judge's identity, and so of the
    /// keys of its reviews.
    /// </summary>
    /// <value><see cref="ChatParameters.None"/>.</value>
    public ChatParameters LeaveOut { get; set; }

    /// <summary>A copy that is checked.</summary>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of range; all that are, are named.</exception>
    internal ChatJudgeOptions Validated()
    {
        ChatJudgeOptions copy = (ChatJudgeOptions)MemberwiseClone();
        List<string> faults = [.. copy.Faults()];
        return faults.Count == 0 ? copy : throw new ArgumentOutOfRangeException(nameof(ChatJudgeOptions), string.Join("; ", faults));
    }

    private IEnumerable<string> Faults()
    {
        if (string.IsNullOrWhiteSpace(Model)) yield return "Model: expected the name of a model, got none";
        if (!(Temperature is >= 0 and <= 2)) yield return FormattableString.Invariant($"Temperature: expected 0 to 2, got {Temperature}");
        if (MaxOutputTokens < 1) yield return $"MaxOutputTokens: expected 1 or more, got {MaxOutputTokens}";
        if (MaxRequests is < 1 or > 5) yield return $"MaxRequests: expected 1 to 5, got {MaxRequests}";
        if (ReviewTime <= TimeSpan.Zero) yield return $"ReviewTime: expected a time above zero, got {ReviewTime}";
        if (RequestTime <= TimeSpan.Zero) yield return $"RequestTime: expected a time above zero, got {RequestTime}";
        if (Backoff < TimeSpan.Zero) yield return $"Backoff: expected zero or more, got {Backoff}";
    }
}
