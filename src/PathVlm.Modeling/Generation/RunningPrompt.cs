using PathVlm.Modeling.Generation.Decoding;

namespace PathVlm.Modeling.Generation;

/// <summary>A prompt in the running batch of a <see cref="ContinuousGenerator"/>, with the completions decoded of it.</summary>
public sealed class RunningPrompt
{
    internal RunningPrompt(IReadOnlyList<DecodeRow> rows, TokenRules rules)
    {
        Rows = rows;
        Rules = rules;
    }

    /// <summary>Completions of the prompt.</summary>
    public int Completions => Rows.Count;

    /// <summary>Whether no completion is being decoded any more.</summary>
    public bool IsFinished => Rows.All(row => row.Finished || row.IsRemoved);

    internal IReadOnlyList<DecodeRow> Rows { get; }

    internal TokenRules Rules { get; }

    /// <summary>Ids chosen so far, the end token included where there is one.</summary>
    /// <param name="completion">Which completion, from 0.</param>
    public IReadOnlyList<int> TokenIds(int completion) => Rows[completion].TokenIds;

    /// <summary>Log-probability of each id at the sampling temperature over the tokens not suppressed.</summary>
    /// <param name="completion">Which completion, from 0.</param>
    public IReadOnlyList<float> LogProbabilities(int completion) => Rows[completion].LogProbabilities;

    /// <summary>Whether a completion is over: by its end token, or by its limit of tokens.</summary>
    /// <param name="completion">Which completion, from 0.</param>
    public bool IsOver(int completion) => Rows[completion].Finished;

    /// <summary>Whether a completion that is over reached its limit without an end token.</summary>
    /// <param name="completion">Which completion, from 0.</param>
    public bool IsTruncated(int completion) => Rows[completion].Finished && !Rows[completion].Ended;

    /// <summary>A completion as the batched generator returns it.</summary>
    /// <param name="completion">Which completion, from 0.</param>
    public GeneratedSequence ToSequence(int completion) => Rows[completion].ToSequence();
}
