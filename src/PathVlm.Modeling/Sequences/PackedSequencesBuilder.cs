using PathVlm.Modeling.Configuration;
using PathVlm.Modeling.Processing;
using static TorchSharp.torch;

namespace PathVlm.Modeling.Sequences;

/// <summary>
/// Lays prompts and completions out in one pack: each prompt is followed by its completions, whatever the order of adding.
/// Segment indexes count in the order of adding.
/// </summary>
internal sealed class PackedSequencesBuilder
{
    private readonly int _imageTokenId;
    private readonly int _vocabularySize;
    private readonly int _mergeSize;
    private readonly List<Entry> _entries = [];

    /// <summary>Starts an empty pack for a model.</summary>
    public PackedSequencesBuilder(ModelConfiguration configuration)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        _imageTokenId = configuration.ImageTokenId;
        _vocabularySize = configuration.Text.VocabularySize;
        _mergeSize = configuration.Vision.SpatialMergeSize;
    }

    /// <summary>Rows added so far.</summary>
    public int TokenCount { get; private set; }

    /// <summary>Segments added so far.</summary>
    public int SegmentCount => _entries.Count;

    /// <summary>Adds a prompt, or a whole row (prompt and answer) of supervised fine-tuning.</summary>
    /// <param name="tokenIds">Ids with picture placeholders expanded; at least one.</param>
    /// <param name="grids">Patch grids of its pictures, in order.</param>
    /// <returns>The segment's index.</returns>
    /// <exception cref="ArgumentException">No ids, an id outside the vocabulary, or placeholders that do not fit the grids.</exception>
    public int AddPrompt(IReadOnlyList<int> tokenIds, IReadOnlyList<ImageGrid> grids)
    {
        ArgumentNullException.ThrowIfNull(grids);
        int[] ids = Checked(tokenIds);
        var entry = new Entry(ids, -1, new long[3][]) { Grids = grids };
        for (int axis = 0; axis < 3; axis++) entry.Positions[axis] = new long[ids.Length];
        (entry.Next, entry.ImageIndexes) = RotaryPositions.Fill(
            ids, grids, _imageTokenId, _mergeSize, entry.Positions[0], entry.Positions[1], entry.Positions[2]);
        return Add(entry);
    }

    /// <summary>
    /// Adds a completion of a prompt. Its token j has position m + 1 + j on every axis, m the prompt's largest position.
    /// A picture placeholder in it is an ordinary token.
    /// </summary>
    /// <param name="parent">Index of the prompt.</param>
    /// <param name="tokenIds">Ids; at least one.</param>
    /// <returns>The segment's index.</returns>
    /// <exception cref="ArgumentException">No ids, or an id outside the vocabulary.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="parent"/> is no prompt of this pack.</exception>
    public int AddCompletion(int parent, IReadOnlyList<int> tokenIds)
    {
        if (parent < 0 || parent >= _entries.Count || _entries[parent].Parent >= 0)
            throw new ArgumentOutOfRangeException(nameof(parent), parent, "Parent: expected the index of a prompt added before.");
        int[] ids = Checked(tokenIds);
        int first = _entries[parent].Next;
        long[] positions = new long[ids.Length];
        for (int token = 0; token < ids.Length; token++) positions[token] = first + token;
        return Add(new Entry(ids, parent, [positions, positions, positions]) { Next = first + ids.Length });
    }

    /// <summary>Builds the pack; its tensors belong to the current dispose scope.</summary>
    /// <param name="device">Device of the tensors; null is the CPU.</param>
    /// <exception cref="InvalidOperationException">Nothing was added.</exception>
    public PackedSequences Build(Device? device = null)
    {
        if (_entries.Count == 0) throw new InvalidOperationException("The pack has no segment: add a prompt first.");
        long[] ids = new long[TokenCount];
        long[] positions = new long[3 * TokenCount];
        var segments = new PackedSegment[_entries.Count];
        var imageRows = new List<long>();
        var grids = new List<ImageGrid>();
        int start = 0;
        foreach (int index in Order())
        {
            Entry entry = _entries[index];
            segments[index] = new PackedSegment(start, entry.Ids.Length, entry.Parent);
            for (int token = 0; token < entry.Ids.Length; token++) ids[start + token] = entry.Ids[token];
            for (int axis = 0; axis < 3; axis++) entry.Positions[axis].CopyTo(positions, (axis * TokenCount) + start);
            foreach (int image in entry.ImageIndexes) imageRows.Add(start + image);
            grids.AddRange(entry.Grids);
            start += entry.Ids.Length;
        }

        device ??= CPU;
        return new PackedSequences(
            tensor(ids, device: device), tensor(positions, [3, TokenCount], device: device),
            imageRows.Count == 0 ? null : tensor(imageRows.ToArray(), device: device),
            segments, [.. _entries.Select(entry => entry.Next)], grids);
    }

    private IEnumerable<int> Order()
    {
        ILookup<int, int> children = Enumerable.Range(0, _entries.Count).ToLookup(index => _entries[index].Parent);
        foreach (int prompt in children[-1])
        {
            yield return prompt;
            foreach (int completion in children[prompt]) yield return completion;
        }
    }

    private int Add(Entry entry)
    {
        _entries.Add(entry);
        TokenCount += entry.Ids.Length;
        return _entries.Count - 1;
    }

    private int[] Checked(IReadOnlyList<int> tokenIds)
    {
        ArgumentNullException.ThrowIfNull(tokenIds);
        if (tokenIds.Count == 0) throw new ArgumentException("Token ids: expected one or more, got none.", nameof(tokenIds));
        int[] ids = tokenIds.ToArray();
        for (int token = 0; token < ids.Length; token++)
            if ((uint)ids[token] >= (uint)_vocabularySize)
                throw new ArgumentException($"Token {token}: expected 0 to {_vocabularySize - 1}, got id {ids[token]}.", nameof(tokenIds));
        return ids;
    }

    private sealed record Entry(int[] Ids, int Parent, long[][] Positions)
    {
        public IReadOnlyList<ImageGrid> Grids { get; init; } = [];

        public int Next { get; set; }

        public List<int> ImageIndexes { get; set; } = [];
    }
}
