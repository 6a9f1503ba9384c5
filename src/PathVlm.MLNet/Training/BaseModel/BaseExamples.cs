using PathVlm.MLNet.Data.Synthesis.Corpus;
using PathVlm.Modeling.Processing;

namespace PathVlm.MLNet.Training.BaseModel;

/// <summary>A document as the model reads it.</summary>
/// <param name="TokenIds">System, user and assistant turns, picture placeholders expanded.</param>
/// <param name="PromptLength">How many of them come before the assistant's text.</param>
/// <param name="Picture">The picture's patches, null where there is none.</param>
internal sealed record BaseExample(int[] TokenIds, int PromptLength, ProcessedImage? Picture);

/// <summary>Turns documents into tokens and patches.</summary>
internal sealed class BaseExamples(BaseCorpus corpus, Qwen25VlProcessor processor)
{
    /// <summary>System text of documents whose answers stand in tags; the embedded preset asks with the same words.</summary>
    public const string TaggedSystem = "Reason in <think> </think>, then give one option in <answer> </answer>.";

    private const string PlainSystem = "You are a helpful assistant.";

    /// <summary>Document number <paramref name="index"/> of the corpus's first part.</summary>
    public BaseExample Reading(long index) => Encode(corpus[index]);

    /// <summary>Document number <paramref name="index"/> of the corpus's second part.</summary>
    public BaseExample Practice(long index) => Encode(corpus.Practice(index));

    private BaseExample Encode(BaseDocument document)
    {
        List<RgbPicture> pictures = document.Picture is null ? [] : [document.Picture()];
        EncodedPrompt prompt = processor.Encode(
            [ChatMessage.System(document.Tagged ? TaggedSystem : PlainSystem), ChatMessage.User(document.User, pictures.Count)], pictures);
        int[] answer = processor.EncodeAnswer(document.Assistant);
        return new BaseExample([.. prompt.TokenIds, .. answer], prompt.TokenIds.Length, prompt.Images.Count == 0 ? null : prompt.Images[0]);
    }
}
