using System.Text;
using PathVlm.Modeling.Files;
using PathVlm.Modeling.Processing.Tokenization;
using PathVlm.Modeling.Processing.Unicode;

namespace PathVlm.Modeling.Processing;

/// <summary>
/// The byte-level tokenizer of a Qwen2 checkpoint folder, equal to the reference's. Safe for use by several threads at once.
/// </summary>
public sealed class Qwen2Tokenizer
{
    private readonly BytePairs _pairs;
    private readonly bool _normalizes;
    private readonly AddedTokenFinder _allTokens, _plainTokens, _normalizedTokens;
    private readonly Dictionary<string, int> _ids = new(StringComparer.Ordinal);
    private readonly string?[] _tokens;
    private readonly byte[]?[] _bytes;
    private readonly HashSet<int> _special, _control;

    private Qwen2Tokenizer(TokenizerDefinition definition)
    {
        _pairs = new BytePairs(definition.Vocabulary, definition.Merges, definition.IgnoresMerges);
        _normalizes = definition.Normalizes;
        _special = [.. definition.Added.Where(token => token.IsSpecial).Select(token => token.Id)];
        _control = [.. definition.Added.Where(token => token.IsControl).Select(token => token.Id)];
        _allTokens = new AddedTokenFinder(definition.Added.Where(token => !token.IsNormalized || token.IsControl));
        _plainTokens = new AddedTokenFinder(definition.Added.Where(token => !token.IsNormalized && !token.IsControl));
        _normalizedTokens = new AddedTokenFinder(
            definition.Added.Where(token => token.IsNormalized && !token.IsControl).Select(Normalized));
        foreach ((string token, int id) in definition.Vocabulary) _ids[token] = id;
        foreach (AddedToken token in definition.Added) _ids[token.Content] = token.Id;
        VocabularyCount = _ids.Values.Max() + 1;
        _tokens = new string?[VocabularyCount];
        _bytes = new byte[]?[VocabularyCount];
        foreach ((string token, int id) in _ids)
        {
            _tokens[id] = token;
            _bytes[id] = ByteAlphabet.Decode(token);
        }
    }

    /// <summary>The regular expression by which Qwen2 cuts text into pieces, as <c>tokenizer.json</c> states it.</summary>
    public static string SplitPattern => QwenSplitter.Pattern;

    /// <summary>The 256 letters that byte-level vocabularies write bytes as: letter i stands for byte i.</summary>
    public static string ByteLetters { get; } = new(ByteAlphabet.All);

    /// <summary>One more than the largest id; a model's embedding table may have more rows.</summary>
    public int VocabularyCount { get; }

    /// <summary>
    /// Ids of the control tokens, ascending: those that the files call special, and those written <c>&lt;|…|&gt;</c>.
    /// </summary>
    public IReadOnlyList<int> ControlIds => [.. _control.Order()];

    /// <summary>
    /// Loads the tokenizer of a checkpoint folder: tokenizer.json, or vocab.json and merges.txt, with tokenizer_config.json.
    /// </summary>
    /// <exception cref="DirectoryNotFoundException">There is no such folder.</exception>
    /// <exception cref="FileNotFoundException">The folder has no tokenizer.</exception>
    /// <exception cref="InvalidDataException">A file is damaged or asks for something that Qwen2's tokenizer does not do.</exception>
    public static Qwen2Tokenizer Load(string folder) => Load(CheckpointSource.FromFolder(folder));

    /// <summary>Loads the tokenizer of a checkpoint.</summary>
    /// <param name="source">Where the checkpoint's files are.</param>
    /// <exception cref="DirectoryNotFoundException">The source is a folder that does not exist.</exception>
    /// <exception cref="FileNotFoundException">The source has no tokenizer.</exception>
    /// <exception cref="InvalidDataException">As for <see cref="Load(string)"/>.</exception>
    public static Qwen2Tokenizer Load(CheckpointSource source)
    {
        ArgumentNullException.ThrowIfNull(source);
        return new Qwen2Tokenizer(TokenizerFiles.Load(source));
    }

    /// <summary>
    /// Cuts a text into the pieces that byte pairs are merged within (<see cref="SplitPattern"/>), each written in <see
    /// cref="ByteLetters"/>:
    /// what a tokenizer is trained on.
    /// </summary>
    /// <param name="text">Text without lone surrogates.</param>
    public static IEnumerable<string> SplitToByteLetters(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        int start = 0;
        while (start < text.Length)
        {
            int length = QwenSplitter.NextLength(text.AsSpan(start));
            yield return ByteAlphabet.Encode(text.AsSpan(start, length));
            start += length;
        }
    }

    /// <summary>Ids of a text; control tokens written in it become control tokens, as in the reference.</summary>
    public int[] Encode(string text) => Encode(text, _allTokens);

    /// <summary>
    /// Ids of a text from outside: control tokens written in it are encoded letter by letter and never become control tokens. Without
    /// such, the ids are those of <see cref="Encode(string)"/>.
    /// </summary>
    public int[] EncodePlain(string text) => Encode(text, _plainTokens);

    /// <summary>The text of ids. Bytes that are no UTF-8 become U+FFFD; ids that the tokenizer does not have are left out.</summary>
    /// <param name="ids">The ids.</param>
    /// <param name="skipSpecial">Whether the tokens that the files call special are left out.</param>
    public string Decode(IEnumerable<int> ids, bool skipSpecial = false)
    {
        ArgumentNullException.ThrowIfNull(ids);
        using MemoryStream text = new();
        foreach (int id in ids)
            if ((uint)id < (uint)_bytes.Length && _bytes[id] is { } part && !(skipSpecial && _special.Contains(id))) text.Write(part);
        return Encoding.UTF8.GetString(text.GetBuffer(), 0, (int)text.Length);
    }

    /// <summary>The bytes of an id in UTF-8, which may be part of a character; none where the tokenizer has no such id.</summary>
    /// <param name="id">The id.</param>
    /// <param name="skipSpecial">Whether the tokens that the files call special have none.</param>
    public ReadOnlySpan<byte> BytesOf(int id, bool skipSpecial = false) =>
        (uint)id < (uint)_bytes.Length && !(skipSpecial && _special.Contains(id)) ? _bytes[id] : default;

    /// <summary>The id of a token given as it stands in the files, or null.</summary>
    public int? IdOf(string token) => _ids.TryGetValue(token, out int id) ? id : null;

    /// <summary>The token of an id as it stands in the files, or null where the tokenizer has no such id.</summary>
    public string? TokenOf(int id) => (uint)id < (uint)_tokens.Length ? _tokens[id] : null;

    /// <summary>Whether an id is a control token's.</summary>
    public bool IsControl(int id) => _control.Contains(id);

    /// <summary>
    /// The ids that an answer must not hold: picture, video, vision, role and other control tokens, and ids of the model's embedding table
    /// that the tokenizer does not have. Without this a sampler may draw them, since published tables are larger than the tokenizer.
    /// </summary>
    /// <param name="vocabularySize">Number of ids that the model's head scores; 0 or more.</param>
    /// <param name="endIds">Ids that end an answer; these stay allowed.</param>
    /// <returns>Ascending ids below <paramref name="vocabularySize"/>.</returns>
    public int[] SuppressedIds(int vocabularySize, IReadOnlyCollection<int> endIds)
    {
        ArgumentNullException.ThrowIfNull(endIds);
        return [.. Enumerable.Range(0, vocabularySize).Where(id => (IsControl(id) || TokenOf(id) is null) && !endIds.Contains(id))];
    }

    private int[] Encode(string text, AddedTokenFinder finder)
    {
        ArgumentNullException.ThrowIfNull(text);
        List<int> result = new(text.Length / 3 + 8);
        text = WithoutLoneSurrogates(text);
        int start = 0;
        while (finder.Next(text, start, out Range range) is { } token)
        {
            EncodeNormalized(text[start..range.Start], result);
            result.Add(token.Id);
            start = range.End.Value;
        }

        EncodeNormalized(start == 0 ? text : text[start..], result);
        return [.. result];
    }

    private void EncodeNormalized(string text, List<int> result)
    {
        if (_normalizes) text = CanonicalComposition.Normalize(text);
        int start = 0;
        while (_normalizedTokens.Next(text, start, out Range range) is { } token)
        {
            EncodePieces(text.AsSpan(start, range.Start.Value - start), result);
            result.Add(token.Id);
            start = range.End.Value;
        }

        EncodePieces(text.AsSpan(start), result);
    }

    private void EncodePieces(ReadOnlySpan<char> text, List<int> result)
    {
        while (!text.IsEmpty)
        {
            int length = QwenSplitter.NextLength(text);
            _pairs.Encode(text[..length], result);
            text = text[length..];
        }
    }

    private AddedToken Normalized(AddedToken token) =>
        _normalizes ? token with { Content = CanonicalComposition.Normalize(token.Content) } : token;

    private static string WithoutLoneSurrogates(string text)
    {
        if (text.AsSpan().IndexOfAnyInRange('\uD800', '\uDFFF') < 0) return text;
        StringBuilder clean = new(text.Length);
        foreach (Rune rune in text.EnumerateRunes()) clean.Append(rune.ToString());
        return clean.ToString();
    }
}
