using PathVlm.Modeling.Processing;
using PathVlm.Modeling.Processing.Chat;
using PathVlm.Modeling.Processing.Pictures;
using PathVlm.Synthesis.Corpus;

namespace PathVlm.Synthesis.BaseModel;

/// <summary>A document as the model reads it.</summary>
/// <param name="TokenIds">System, user and assistant turns, picture placeholders expanded.</param>
/// <param name="PromptLength">How many of them come before the assistant's text.</param>
/// <param name="Picture">The picture's patches, null where there is none.</param>
/// <param name="LetterFlags">For each token of the assistant's turn: whether it is the letter that an answer begins with.</param>
internal sealed record BaseExample(int[] TokenIds, int PromptLength, ProcessedImage? Picture, bool[] LetterFlags);

/// <summary>Turns documents into tokens and patches.</summary>
internal sealed class BaseExamples(BaseCorpus corpus, Qwen25VlProcessor processor)
{
    /// <summary>System text of documents whose answers stand in tags; the embedded preset asks with the same words.</summary>
    public const string TaggedSystem = "Reason in <think> </think>, then give one option in <answer> </answer>.";

    private readonly HashSet<int> _mergedLetters = Single(processor.Tokenizer, ">");
    private readonly HashSet<int> _bareLetters = Single(processor.Tokenizer, "");
    private readonly int _bracket = processor.Tokenizer.Encode(">")[0];

    private const string PlainSystem = "You are a helpful assistant.";

    /// <summary>Document number <paramref name="index"/> of a part.</summary>
    public BaseExample this[BaseCorpusPart part, long index] => Encode(corpus[part, index]);

    private BaseExample Encode(BaseDocument document)
    {
        List<RgbPicture> pictures = document.Picture is null ? [] : [document.Picture()];
        EncodedPrompt prompt = processor.Encode(
            [ChatMessage.System(document.Tagged ? TaggedSystem : PlainSystem), ChatMessage.User(document.User, pictures.Count)], pictures);
        int[] answer = processor.EncodeAnswer(document.Assistant);
        return new BaseExample(
            [.. prompt.TokenIds, .. answer], prompt.TokenIds.Length, prompt.Images.Count == 0 ? null : prompt.Images[0],
            [.. answer.Select((id, index) => IsLetter(id, index == 0 ? -1 : answer[index - 1]))]);
    }

    // ">B" is one token where the tokenizer has merged it, else ">" and "B".
    private bool IsLetter(int id, int before) => _mergedLetters.Contains(id) || (before == _bracket && _bareLetters.Contains(id));

    private static HashSet<int> Single(Qwen2Tokenizer tokenizer, string prefix) =>
        [.. Enumerable.Range('A', 8).Select(letter => tokenizer.Encode(prefix + (char)letter)).Where(ids => ids.Length == 1).Select(
            ids => ids[0])];
}
