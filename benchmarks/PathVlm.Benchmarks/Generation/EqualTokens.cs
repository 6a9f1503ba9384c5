using System.Globalization;
using PathVlm.Benchmarks.Measuring;
using PathVlm.Modeling.Generation.Decoding;

namespace PathVlm.Benchmarks.Generation;

/// <summary>
/// Compares completions of two sides up to the first token that differs: there two tokens were as good as equally likely.
/// </summary>
/// <param name="benchmark">Whose sides they are.</param>
/// <param name="tolerance">Largest difference of a token's log-probability.</param>
internal sealed class EqualTokens(string benchmark, double tolerance)
{
    private const double LeastShare = 0.5;
    private long _all;
    private long _compared;

    /// <summary>Compares two completions of a prompt.</summary>
    /// <exception cref="UnequalResultException">A log-probability differs.</exception>
    public void Compare(int row, GeneratedSequence ours, GeneratedSequence theirs, int tokens)
    {
        _all += tokens;
        for (int token = 0; token < tokens && ours.TokenIds[token] == theirs.TokenIds[token]; token++, _compared++)
            UnequalResultException.ThrowUnlessClose(
                $"{benchmark}, row {row}, token {token}", ours.LogProbabilities[token], theirs.LogProbabilities[token], tolerance);
    }

    /// <exception cref="UnequalResultException">Most tokens stood behind one that differed.</exception>
    public void ThrowUnlessMost()
    {
        if (_compared < LeastShare * _all)
            throw new UnequalResultException(string.Create(
                CultureInfo.InvariantCulture,
                $"{benchmark}: {_compared} of {_all} tokens are equal up to the first that differs; takes {LeastShare:P0} of them."));
    }
}
