using PathVlm.Modeling.Configuration;
using PathVlm.Modeling.Files;

namespace PathVlm.Modeling.Processing;

/// <summary>Rules between a checkpoint's tokenizer, its image processor and its model, checked when the processor is opened.</summary>
internal static class CheckpointFit
{
    /// <summary>Checks that token ids and patches that the processor makes are those that the model takes.</summary>
    /// <param name="source">The checkpoint; one without config.json has no model to fit.</param>
    /// <param name="tokenizer">Its tokenizer.</param>
    /// <param name="ids">Ids of the chat format in that tokenizer.</param>
    /// <param name="pictures">Its image processor.</param>
    /// <exception cref="InvalidDataException">They do not fit; all faults are named.</exception>
    public static void Require(
        CheckpointSource source, Qwen2Tokenizer tokenizer, ChatTokenIds ids, ImageProcessorConfiguration pictures)
    {
        if (!source.Contains(ModelConfiguration.FileName))
            return;
        pictures.RequireFit(source);
        ModelConfiguration model = ModelConfiguration.Load(source);
        int vocabulary = model.Text.VocabularySize;
        List<string> faults = [];
        if (tokenizer.VocabularyCount > vocabulary)
            faults.Add($"vocab_size: expected at least {tokenizer.VocabularyCount} ids, as the tokenizer has, got {vocabulary}");
        (string Name, int Tokenizer, int Model)[] moved =
        [
            ("image_token_id", ids.Image, model.ImageTokenId), ("video_token_id", ids.Video, model.VideoTokenId),
            ("vision_start_token_id", ids.VisionStart, model.VisionStartTokenId),
            ("vision_end_token_id", ids.VisionEnd, model.VisionEndTokenId),
        ];
        faults.AddRange(moved.Where(token => token.Tokenizer != token.Model)
            .Select(token => $"{token.Name}: expected {token.Tokenizer}, as the tokenizer has, got {token.Model}"));
        foreach (int end in GenerationConfiguration.Load(source).EosTokenIds.Where(end => end >= vocabulary))
            faults.Add($"eos_token_id: expected ids below vocab_size ({vocabulary}), got {end}");
        if (faults.Count > 0)
            throw new InvalidDataException(MessageLine.Of(source.PathOf(ModelConfiguration.FileName), faults));
    }
}
