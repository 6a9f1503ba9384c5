using PathVlm.Modeling.Generation.Decoding;
using PathVlm.Modeling.Generation.Sampling;

namespace PathVlm.Modeling.Generation;

/// <summary>How the rows of a running batch that share sampling options choose their tokens, and how many prompts use it.</summary>
internal sealed class TokenRules(SamplingOptions sampling, ITokenChooser chooser) : IDisposable
{
    /// <summary>The options.</summary>
    public SamplingOptions Sampling => sampling;

    /// <summary>Chooses by them.</summary>
    public ITokenChooser Chooser => chooser;

    /// <summary>Prompts in the batch that use it.</summary>
    public int Users { get; set; }

    /// <inheritdoc/>
    public void Dispose() => chooser.Dispose();
}
