using PathVlm.Modeling.Generation.Sampling;

namespace PathVlm.Modeling.Generation.Decoding;

/// <summary>A completion being decoded.</summary>
internal sealed class DecodeRow
{
    /// <summary>Its prompt.</summary>
    public required PromptState Prompt { get; init; }

    /// <summary>Index of the prompt in the call.</summary>
    public required int PromptIndex { get; init; }

    /// <summary>Which of the prompt's completions.</summary>
    public required int SampleIndex { get; init; }

    /// <summary>Its place in key-value memory, kept for its life.</summary>
    public required int Slot { get; init; }

    /// <summary>Where its draws stand.</summary>
    public required DrawCoordinates Draws { get; init; }

    /// <summary>Ids that end it.</summary>
    public required IReadOnlyCollection<int> EndTokenIds { get; init; }

    /// <summary>Most tokens.</summary>
    public required int Limit { get; init; }

    /// <summary>Tokens so far.</summary>
    public List<int> TokenIds { get; } = [];

    /// <summary>Their log-probabilities.</summary>
    public List<float> LogProbabilities { get; } = [];

    /// <summary>Tokens whose keys and values are stored: all but the newest.</summary>
    public int StoredCount => TokenIds.Count - 1;

    /// <summary>Whether the newest token is an end token.</summary>
    public bool Ended { get; private set; }

    /// <summary>Whether nothing follows.</summary>
    public bool Finished => Ended || TokenIds.Count >= Limit;

    /// <summary>Whether it has left a running batch; its slot may be another row's.</summary>
    public bool IsRemoved { get; set; }

    /// <summary>Adds a token.</summary>
    public void Add(int id, float logProbability)
    {
        TokenIds.Add(id);
        LogProbabilities.Add(logProbability);
        Ended = EndTokenIds.Contains(id);
    }

    /// <summary>The completion.</summary>
    public GeneratedSequence ToSequence() => new(PromptIndex, SampleIndex, TokenIds, LogProbabilities, !Ended);
}
