using PathVlm.Modeling.Processing;

namespace PathVlm.Synthesis.Tokenization;

/// <summary>
/// Learns byte pairs (Sennrich and others, arXiv 1508.07909): the pair that occurs most often within pieces becomes a token, again and
/// again. Ties go to the pair that comes first in ordinal order, so that the result is a function of the texts.
/// </summary>
internal static class BytePairTrainer
{
    /// <summary>Learns merges.</summary>
    /// <param name="texts">The corpus.</param>
    /// <param name="merges">Merges wanted; fewer come back where every piece has become one token.</param>
    /// <returns>The merges in order.</returns>
    public static List<(string Left, string Right)> Train(IEnumerable<string> texts, int merges)
    {
        List<Piece> pieces = [.. Count(texts).Select(entry => new Piece([.. entry.Key.Select(letter => letter.ToString())], entry.Value))];
        List<(string Left, string Right)> learned = [];
        while (learned.Count < merges && MostFrequent(pieces) is (string, string) pair)
        {
            learned.Add(pair);
            foreach (Piece piece in pieces)
                piece.Merge(pair);
        }
        return learned;
    }

    private static SortedDictionary<string, int> Count(IEnumerable<string> texts)
    {
        SortedDictionary<string, int> counts = new(StringComparer.Ordinal);
        foreach (string piece in texts.SelectMany(Qwen2Tokenizer.SplitToByteLetters))
            counts[piece] = counts.GetValueOrDefault(piece) + 1;
        return counts;
    }

    private static (string Left, string Right)? MostFrequent(List<Piece> pieces)
    {
        Dictionary<(string Left, string Right), long> counts = [];
        foreach (Piece piece in pieces)
        {
            for (int at = 0; at + 1 < piece.Tokens.Count; at++)
            {
                (string, string) pair = (piece.Tokens[at], piece.Tokens[at + 1]);
                counts[pair] = counts.GetValueOrDefault(pair) + piece.Count;
            }
        }
        return counts.Count == 0 ? null : counts
            .OrderByDescending(entry => entry.Value)
            .ThenBy(entry => entry.Key.Left, StringComparer.Ordinal)
            .ThenBy(entry => entry.Key.Right, StringComparer.Ordinal)
            .First().Key;
    }

    private sealed class Piece(List<string> tokens, int count)
    {
        public List<string> Tokens { get; } = tokens;

        public int Count { get; } = count;

        public void Merge((string Left, string Right) pair)
        {
            for (int at = 0; at + 1 < Tokens.Count; at++)
            {
                if (Tokens[at] != pair.Left || Tokens[at + 1] != pair.Right)
                    continue;
                Tokens[at] = pair.Left + pair.Right;
                Tokens.RemoveAt(at + 1);
            }
        }
    }
}
