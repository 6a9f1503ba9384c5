namespace PathVlm.Modeling.Processing.Tokenization;

/// <summary>
/// Merges byte pairs of a long piece in n log n time. Microsoft.ML.Tokenizers takes quadratic time (100,000 letters without a blank: over
/// a second), so that a hostile question could hold up a run; the ids are equal. Always the merge of lowest rank comes next, of equal
/// ones the leftmost.
/// </summary>
internal sealed class LongPieceMerger
{
    private readonly IReadOnlyDictionary<string, int> _vocabulary;
    private readonly Dictionary<(int Left, int Right), (int Rank, int Id)> _merges = [];

    public LongPieceMerger(IReadOnlyDictionary<string, int> vocabulary, IEnumerable<string> merges)
    {
        _vocabulary = vocabulary;
        foreach (string merge in merges)
        {
            int space = merge.IndexOf(' ');
            (int, int) pair = (vocabulary[merge[..space]], vocabulary[merge[(space + 1)..]]);
            _merges[pair] = (_merges.Count, vocabulary[merge.Remove(space, 1)]);
        }
    }

    /// <param name="letters">Letters of <see cref="ByteAlphabet"/>.</param>
    public int[] Merge(string letters)
    {
        int[] ids = [.. letters.Select(letter => _vocabulary[letter.ToString()])];
        int[] next = [.. Enumerable.Range(1, ids.Length)], previous = [.. Enumerable.Range(-1, ids.Length)];
        PriorityQueue<(int Position, int Left, int Right), (int Rank, int Position)> queue = new();
        for (int position = 0; position + 1 < ids.Length; position++) Offer(position);
        while (queue.TryDequeue(out (int Position, int Left, int Right) pair, out _))
        {
            int position = pair.Position, right = next[position];
            // A pair is skipped if one of its sides has been merged since it was queued.
            if (ids[position] != pair.Left || right >= ids.Length || ids[right] != pair.Right) continue;
            ids[position] = _merges[(pair.Left, pair.Right)].Id;
            ids[right] = -1;
            next[position] = next[right];
            if (next[position] < ids.Length) previous[next[position]] = position;
            if (previous[position] >= 0) Offer(previous[position]);
            Offer(position);
        }

        return [.. ids.Where(id => id >= 0)];

        void Offer(int position)
        {
            int right = next[position];
            if (right < ids.Length && _merges.TryGetValue((ids[position], ids[right]), out (int Rank, int Id) merge))
                queue.Enqueue((position, ids[position], ids[right]), (merge.Rank, position));
        }
    }
}
