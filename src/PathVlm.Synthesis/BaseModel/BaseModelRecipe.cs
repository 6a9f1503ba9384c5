using System.Text.Json.Nodes;
using PathVlm.Modeling;
using PathVlm.Modeling.Checkpoints;
using PathVlm.Modeling.Configuration;
using PathVlm.Modeling.Files;
using PathVlm.Modeling.Numerics;
using PathVlm.Modeling.Options;
using PathVlm.Modeling.Processing;
using PathVlm.Synthesis.Corpus;
using PathVlm.Synthesis.Findings;
using PathVlm.Synthesis.Questions;
using PathVlm.Synthesis.Tokenization;

namespace PathVlm.Synthesis.BaseModel;

/// <summary>
/// Makes the embedded base model: trains a tokenizer, draws random weights with attention heads planted among them, drills letters, reads
/// the base corpus, writes a checkpoint folder of the published layout. What it has read: captions of drawn tiles, textbook sentences that
/// state criteria and exclude look-alikes, general multiple choice. What it has not read: the questions that fine-tuning is about.
/// </summary>
public static class BaseModelRecipe
{
    private const int TokenizerDocuments = 6_000;
    private const int TokenizerQuestions = 1_500;

    /// <summary>Makes the model.</summary>
    /// <param name="folder">Folder to make; an existing one is replaced at the end.</param>
    /// <param name="options">How; null takes the defaults.</param>
    /// <param name="progress">Told after each step.</param>
    /// <param name="cancellation">Stops at the end of a step; nothing is written then.</param>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of its range.</exception>
    /// <exception cref="OperationCanceledException">The caller cancelled.</exception>
    public static void Make(
        string folder, BaseModelOptions? options = null, IProgress<BaseModelProgress>? progress = null,
            CancellationToken cancellation = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        BaseModelOptions settings = OptionRules.Validated((options ?? new BaseModelOptions()).Copy());
        BaseCorpus corpus = new(settings.Seed, settings.TileSize, settings.Ambiguity);
        using PrivateFolder temporary = PrivateFolder.Create();
        string files = temporary.Path;
        Qwen2Tokenizer tokenizer = Qwen2TokenizerTrainer.Train(Texts(corpus), settings.Merges, files);
        WriteProcessorFiles(files, tokenizer);
        using Qwen25VlModel model = Qwen25VlModel.CreateRandom(BaseModelShape.Of(tokenizer), settings.Seed);
        PlantedAttention.Plant(model);
        Train(model, corpus, Qwen25VlProcessor.Load(files), settings, progress, cancellation);
        CheckpointWriter.Save(
            folder, model.Configuration, model.CheckpointTensors, CheckpointSource.FromFolder(files),
            new CheckpointWriteOptions { Overwrite = true });
    }

    private static void Train(
        Qwen25VlModel model, BaseCorpus corpus, Qwen25VlProcessor processor, BaseModelOptions settings,
        IProgress<BaseModelProgress>? progress, CancellationToken cancellation)
    {
        string[] simple = [.. LetterDrills.Words.Where(word => processor.Tokenizer.Encode(" " + word).Length == 1)];
        BaseExamples examples = new(simple.Length == 0 ? corpus : corpus with { SimpleWords = simple }, processor);
        int done = 0;
        foreach (BaseModelPart part in BaseModelPart.Of(settings).Where(part => part.Steps > 0))
        {
            using BaseModelTrainer trainer = new(model, examples, part, settings);
            trainer.Run(done, progress, cancellation);
            done += part.Steps;
        }
    }

    private static IEnumerable<string> Texts(BaseCorpus corpus)
    {
        QuestionWriter writer = new(lookAlikes: 0.5, steps: 0.12, both: 0.12);
        IEnumerable<string> questions = Enumerable.Range(0, TokenizerQuestions).SelectMany(index =>
        {
            TileQuestion question = writer.Write(
                new Tile(corpus.Seed, "tokenizer", index, corpus.TileSize, corpus.Ambiguity),
                    SeededRandom.At(corpus.Seed, "tokenizer", index));
            return (string[])[question.Text, .. question.Options, question.Explanation];
        });
        return corpus.Texts(TokenizerDocuments).Concat(questions).Append(BaseExamples.TaggedSystem);
    }

    private static void WriteProcessorFiles(string folder, Qwen2Tokenizer tokenizer)
    {
        int end = tokenizer.IdOf("<|im_end|>")!.Value, text = tokenizer.IdOf("<|endoftext|>")!.Value;
        Write(ImageProcessorConfiguration.FileName, new JsonObject
        {
            ["min_pixels"] = 3136,
            ["max_pixels"] = 12845056,
            ["patch_size"] = 14,
            ["temporal_patch_size"] = 2,
            ["merge_size"] = 2,
            ["image_mean"] = new JsonArray(0.48145466, 0.4578275, 0.40821073),
            ["image_std"] = new JsonArray(0.26862954, 0.26130258, 0.27577711),
            ["image_processor_type"] = "Qwen2VLImageProcessor",
            ["processor_class"] = "Qwen2_5_VLProcessor",
        });
        Write(GenerationConfiguration.FileName, new JsonObject
        {
            ["bos_token_id"] = text,
            ["pad_token_id"] = text,
            ["do_sample"] = false,
            ["eos_token_id"] = new JsonArray(end, text),
            ["repetition_penalty"] = 1.0,
        });

        void Write(string name, JsonObject value) => File.WriteAllText(Path.Combine(folder, name), value.ToJsonString(Indented) + "\n");
    }

    private static readonly System.Text.Json.JsonSerializerOptions Indented = new() { WriteIndented = true };
}
