using PathVlm.MLNet.Chat.Faults;
using PathVlm.MLNet.Inference.Policies;
using PathVlm.Modeling.Options;

namespace PathVlm.MLNet.Inference.External;

/// <summary>How an external model is asked.</summary>
public sealed class ExternalModelOptions : IOptionSet
{
    /// <summary>The model's name at its server.</summary>
    /// <value>gpt-4o-2024-08-06.</value>
    [RequiredOption("the name of a model")]
    public string Model { get; set; } = "gpt-4o-2024-08-06";

    /// <summary>How a row becomes a prompt: the same as for the models it is compared with; null for the default template.</summary>
    /// <value>null.</value>
    public PathologyPromptTemplate? PromptTemplate { get; set; }

    /// <summary>
    /// Whether http is taken to another machine than this one; pictures, texts and the key then go in the clear.
    /// </summary>
    /// <value>false.</value>
    public bool AllowHttp { get; set; }

    /// <summary>Sampling temperature, 0 to 2.</summary>
    /// <value>0.</value>
    [OptionBounds(AtLeast = 0, AtMost = 2)]
    public float Temperature { get; set; }

    /// <summary>Seed sent with each request.</summary>
    /// <value>17.</value>
    public long Seed { get; set; } = 17;

    /// <summary>Most tokens of a completion, 1 or more; a second request after an invalid reply gets twice as many.</summary>
    /// <value>1,024.</value>
    [OptionBounds(AtLeast = 1)]
    public int MaxOutputTokens { get; set; } = 1024;

    /// <summary>Rows asked about at once, 1 or more.</summary>
    /// <value>8.</value>
    [OptionBounds(AtLeast = 1)]
    public int Concurrency { get; set; } = 8;

    /// <summary>Requests for one row at the most, 1 to 5.</summary>
    /// <value>5.</value>
    [OptionBounds(AtLeast = 1, AtMost = 5)]
    public int MaxRequests { get; set; } = 5;

    /// <summary>Time for one row in all, backoff included; above zero.</summary>
    /// <value>120 s.</value>
    [OptionBounds(Above = 0)]
    public TimeSpan AnswerTime { get; set; } = TimeSpan.FromSeconds(120);

    /// <summary>Time for one request, header and body; above zero.</summary>
    /// <value>60 s.</value>
    [OptionBounds(Above = 0)]
    public TimeSpan RequestTime { get; set; } = TimeSpan.FromSeconds(60);

    /// <summary>Backoff before the second request; it doubles with each further one, times a jitter of 0.5 to 1.5.</summary>
    /// <value>1 s.</value>
    [OptionBounds(AtLeast = 0)]
    public TimeSpan Backoff { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>
    /// Parameters that requests go without, for a server that refuses them. The two formats of a reply are never asked for here. What is
    /// left out is part of the model's identity.
    /// </summary>
    /// <value><see cref="ChatParameters.None"/>.</value>
    public ChatParameters LeaveOut { get; set; }

    /// <summary>A copy.</summary>
    public ExternalModelOptions Copy() => (ExternalModelOptions)MemberwiseClone();
}
