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

    /// <summary>Throws where the parts contradict each other.</summary>
    /// <exception cref="InvalidDataException">Always names <paramref name="path"/> and what is wrong.</exception>
    public TokenizerDefinition Checked(string path)
    {
        foreach (char letter in ByteAlphabet.All)
            if (!Vocabulary.ContainsKey(letter.ToString()))
                throw new InvalidDataException(
                    $"{path}: the vocabulary lacks the byte letter '{letter}' (U+{(int)letter:X4}); expected a byte-level vocabulary.");

        Dictionary<int, string> tokens = new(Vocabulary.Count + Added.Count);
        foreach ((string token, int id) in Vocabulary) Claim(tokens, path, token, id);
        foreach (AddedToken token in Added) Claim(tokens, path, token.Content, token.Id);
        for (int i = 0; i < Merges.Count; i++) CheckMerge(path, i);
        return this;
    }

    private static void Claim(Dictionary<int, string> tokens, string path, string token, int id)
    {
        if (id is < 0 or > LargestId)
            throw new InvalidDataException($"{path}: token '{token}': expected an id from 0 to {LargestId}, got {id}.");
        if (!tokens.TryAdd(id, token) && tokens[id] != token)
            throw new InvalidDataException($"{path}: tokens '{tokens[id]}' and '{token}' have the same id {id}; expected an id for each.");
    }

    private void CheckMerge(string path, int index)
    {
        string merge = Merges[index];
        int space = merge.IndexOf(' ');
        bool isPair = space > 0 && space < merge.Length - 1 && merge.IndexOf(' ', space + 1) < 0;
        if (!isPair)
            throw new InvalidDataException($"{path}: merge {index}: expected two byte-level tokens with one blank between, got '{merge}'.");
        foreach (string token in (string[])[merge[..space], merge[(space + 1)..], merge.Remove(space, 1)])
            if (!Vocabulary.ContainsKey(token))
                throw new InvalidDataException($"{path}: merge {index} '{merge}' needs the token '{token}', which the vocabulary lacks.");
    }
}
