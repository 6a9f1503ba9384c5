using PathVlm.Modeling.Files;
using PathVlm.Modeling.Processing.Tokenization;
using PathVlm.Testing;

namespace PathVlm.Modeling.Tests.Processing;

public class LongPieceMergerTests
{
    private readonly TokenizerDefinition _definition = TokenizerFiles.Load(CheckpointSource.FromFolder(ReferenceSet.PathOf(ReferenceSet.Checkpoints()[0])));

    [Fact]
    public void IdsEqualThoseOfShortPieces()
    {
        BytePairs pairs = new(_definition.Vocabulary, _definition.Merges, ignoreMerges: false);
        LongPieceMerger merger = new(_definition.Vocabulary, _definition.Merges);
        string[] tokens = [.. _definition.Vocabulary.Keys.Where(token => token.All(char.IsAsciiLetter))];
        Random random = new(3);
        for (int attempt = 0; attempt < 500; attempt++)
        {
            string text = string.Concat(Enumerable.Range(0, random.Next(1, 40)).Select(_ => tokens[random.Next(tokens.Length)]));
            if (text.Length >= BytePairs.LongPiece) continue;
            List<int> expected = [];
            pairs.Encode(text, expected);
            Assert.Equal(expected, merger.Merge(text));
        }
    }

    [Fact]
    public void AMillionLettersWithoutABlankTakeSecondsAtMost()
    {
        BytePairs pairs = new(_definition.Vocabulary, _definition.Merges, ignoreMerges: false);
        List<int> ids = [];
        pairs.Encode(string.Concat(Enumerable.Repeat("thecellsand", 90_000)), ids);
        Assert.InRange(ids.Count, 90_000, 990_000);
    }
}
