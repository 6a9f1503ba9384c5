using PathVlm.MLNet.Inference.Policies;

namespace PathVlm.MLNet.Inference.External;

/// <summary>How an external model is asked.</summary>
public sealed class ExternalModelOptions
{
    /// <summary>The model's name at its server.</summary>
    /// <value>gpt-4o-2024-08-06.</value>
    public string Model { get; set; } = "gpt-4o-2024-08-06";

    /// <summary>How a row becomes a prompt: the same as for the models it is compared with; null for the default template.</summary>
    /// <value>null.</value>
    public PathologyPromptTemplate? PromptTemplate { get; set; }

    /// <summary>Sampling temperature, 0 to 2.</summary>
    /// <value>0.</value>
    public float Temperature { get; set; }

    /// <summary>Seed sent with each request.</summary>
    /// <value>17.</value>
    public long Seed { get; set; } = 17;

    /// <summary>Most tokens of a completion, 1 or more; a second request after a reply that is none gets twice as many.</summary>
    /// <value>1,024.</value>
    public int MaxOutputTokens { get; set; } = 1024;

    /// <summary>Rows asked about at once, 1 or more.</summary>
    /// <value>8.</value>
    public int Concurrency { get; set; } = 8;

    /// <summary>Requests for one row at the most, 1 to 5.</summary>
    /// <value>5.</value>
    public int MaxRequests { get; set; } = 5;

    /// <summary>Time for one row in all, backoff included; above zero.</summary>
    /// <value>120 s.</value>
    public TimeSpan AnswerTime { get; set; } = TimeSpan.FromSeconds(120);

    /// <summary>Time for one request, header and body; above zero.</summary>
    /// <value>60 s.</value>
    public TimeSpan RequestTime { get; set; } = TimeSpan.FromSeconds(60);

    /// <summary>Backoff before the second request; it doubles with each further one, times a jitter of 0.5 to 1.5.</summary>
    /// <value>1 s.</value>
    public TimeSpan Backoff { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>Checks every option, all faults told at once.</summary>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of range.</exception>
    public void Validate()
    {
        List<string> faults = [];
        if (string.IsNullOrWhiteSpace(Model)) faults.Add("Model: got nothing, takes the name of a model");
        if (!(Temperature is >= 0 and <= 2)) faults.Add($"Temperature: got {Temperature}, takes 0 to 2");
        if (MaxOutputTokens < 1) faults.Add($"MaxOutputTokens: got {MaxOutputTokens}, takes 1 or more");
        if (Concurrency < 1) faults.Add($"Concurrency: got {Concurrency}, takes 1 or more");
        if (MaxRequests is < 1 or > 5) faults.Add($"MaxRequests: got {MaxRequests}, takes 1 to 5");
        if (AnswerTime <= TimeSpan.Zero) faults.Add($"AnswerTime: got {AnswerTime}, takes a time above zero");
        if (RequestTime <= TimeSpan.Zero) faults.Add($"RequestTime: got {RequestTime}, takes a time above zero");
        if (Backoff < TimeSpan.Zero) faults.Add($"Backoff: got {Backoff}, takes zero or more");
        if (faults.Count > 0) throw new ArgumentOutOfRangeException(nameof(ExternalModelOptions), string.Join("; ", faults));
        PromptTemplate?.Validate();
    }

    internal ExternalModelOptions Copy() => (ExternalModelOptions)MemberwiseClone();
}
