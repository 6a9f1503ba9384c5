using PathVlm.Modeling.Files;

namespace PathVlm.Modeling.Processing.Tokenization;

/// <summary>The tokenizer of a checkpoint, validated.</summary>
/// <param name="Vocabulary">Byte-level tokens and their ids; holds all 256 letters of <see cref="ByteAlphabet"/>.</param>
/// <param name="Merges">Merges "left right", the first merged first; both sides and the result are in the vocabulary.</param>
/// <param name="Added">Tokens found in text as a whole.</param>
/// <param name="Normalizes">Whether text is brought to form C.</param>
/// <param name="IgnoresMerges">Whether a piece that is a token as a whole is taken as it is.</param>
internal sealed record TokenizerDefinition(
    IReadOnlyDictionary<string, int> Vocabulary,
    IReadOnlyList<string> Merges,
    IReadOnlyList<AddedToken> Added,
    bool Normalizes,
    bool IgnoresMerges)
{
    private const int LargestId = 1 << 24;

    /// <summary>
    /// Most tokens, merges and added tokens: beyond, opening takes seconds. Qwen2.5-VL has 151,643, 151,387 and 22.
    /// </summary>
    private const int MostTokens = 1_000_000, MostMerges = 500_000, MostAdded = 10_000;

    /// <summary>Throws where the parts contradict each other.</summary>
    /// <exception cref="InvalidDataException">Always names <paramref name="path"/> and what is wrong.</exception>
    public TokenizerDefinition Checked(string path)
    {
        RequireCount(path, "vocabulary", Vocabulary.Count, MostTokens);
        RequireCount(path, "merges", Merges.Count, MostMerges);
        RequireCount(path, "added tokens", Added.Count, MostAdded);
        foreach (char letter in ByteAlphabet.All)
            if (!Vocabulary.ContainsKey(letter.ToString()))
                throw new InvalidDataException(
                    $"{path}: the vocabulary lacks the byte letter '{letter}' (U+{(int)letter:X4}); expected a byte-level vocabulary.");

        Dictionary<int, string> tokens = new(Vocabulary.Count + Added.Count);
        foreach ((string token, int id) in Vocabulary) Claim(tokens, path, token, id);
        foreach (AddedToken token in Added) Claim(tokens, path, token.Content, token.Id);
        HashSet<string> merges = new(Merges.Count, StringComparer.Ordinal);
        for (int i = 0; i < Merges.Count; i++)
        {
            CheckMerge(path, i);
            if (!merges.Add(Merges[i]))
                throw new InvalidDataException(MessageLine.Of(path, $"merge {i} '{MessageLine.Value(Merges[i])}' stands there twice."));
        }

        return this;
    }

    private static void RequireCount(string path, string what, int count, int most)
    {
        if (count > most) throw new InvalidDataException($"{path}: {what}: expected at most {most}, got {count}.");
    }

    private static void Claim(Dictionary<int, string> tokens, string path, string token, int id)
    {
        if (id is < 0 or > LargestId)
            throw new InvalidDataException(
                MessageLine.Of(path, $"token '{MessageLine.Value(token)}': expected an id from 0 to {LargestId}, got {id}."));
        if (!tokens.TryAdd(id, token) && tokens[id] != token)
            throw new InvalidDataException(MessageLine.Of(
                path,
                $"tokens '{MessageLine.Value(tokens[id])}' and '{MessageLine.Value(token)}' have the same id {id}; "
                    + "expected an id for each."));
    }

    private void CheckMerge(string path, int index)
    {
        string merge = Merges[index];
        int space = merge.IndexOf(' ');
        bool isPair = space > 0 && space < merge.Length - 1 && merge.IndexOf(' ', space + 1) < 0;
        if (!isPair)
            throw new InvalidDataException(MessageLine.Of(
                path, $"merge {index}: expected two byte-level tokens with one blank between, got '{MessageLine.Value(merge)}'."));
        foreach (string token in (string[])[merge[..space], merge[(space + 1)..], merge.Remove(space, 1)])
            if (!Vocabulary.ContainsKey(token))
                throw new InvalidDataException(MessageLine.Of(
                    path,
                    $"merge {index} '{MessageLine.Value(merge)}' needs the token '{MessageLine.Value(token)}', "
                        + "which the vocabulary lacks."));
    }
}
