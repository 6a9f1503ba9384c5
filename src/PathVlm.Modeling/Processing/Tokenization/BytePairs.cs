using System.Collections.Concurrent;
using Microsoft.ML.Tokenizers;

namespace PathVlm.Modeling.Processing.Tokenization;

/// <summary>
/// Turns one piece of text into byte-pair ids: Microsoft.ML.Tokenizers merges, a cache remembers the pieces of ordinary text. Safe
/// for use by several threads at once.
/// </summary>
internal sealed class BytePairs
{
    private const int CachedPieces = 1 << 16, LongestCachedPiece = 48;

    /// <summary>Letters from which a piece is long.</summary>
    internal const int LongPiece = 1_000;

    private readonly BpeTokenizer _merger;
    private readonly Lazy<LongPieceMerger> _longMerger;
    private readonly IReadOnlyDictionary<string, int>? _wholePieces;
    private readonly ConcurrentDictionary<string, int[]> _cache = new();
    private readonly ConcurrentDictionary<string, int[]>.AlternateLookup<ReadOnlySpan<char>> _lookup;
    private int _cached;

    /// <param name="vocabulary">Byte-level tokens and their ids.</param>
    /// <param name="merges">Merges "left right", the first merged first.</param>
    /// <param name="ignoreMerges">Whether a piece that is a token as a whole is taken as it is.</param>
    public BytePairs(IReadOnlyDictionary<string, int> vocabulary, IReadOnlyList<string> merges, bool ignoreMerges)
    {
        BpeOptions options = new(vocabulary) { Merges = merges, ByteLevel = false };
        _merger = BpeTokenizer.Create(options);
        _longMerger = new Lazy<LongPieceMerger>(() => new LongPieceMerger(vocabulary, merges));
        _wholePieces = ignoreMerges ? vocabulary : null;
        _lookup = _cache.GetAlternateLookup<ReadOnlySpan<char>>();
    }

    public void Encode(ReadOnlySpan<char> piece, List<int> ids)
    {
        if (!_lookup.TryGetValue(piece, out int[]? known))
        {
            known = Merge(ByteAlphabet.Encode(piece));
            if (piece.Length <= LongestCachedPiece && Volatile.Read(ref _cached) < CachedPieces && _lookup.TryAdd(piece, known))
                Interlocked.Increment(ref _cached);
        }

        ids.AddRange(known.AsSpan());
    }

    private int[] Merge(string letters)
    {
        if (_wholePieces?.TryGetValue(letters, out int whole) == true) return [whole];
        return letters.Length >= LongPiece
            ? _longMerger.Value.Merge(letters)
            : [.. _merger.EncodeToIds(letters, considerPreTokenization: false, considerNormalization: false)];
    }
}
