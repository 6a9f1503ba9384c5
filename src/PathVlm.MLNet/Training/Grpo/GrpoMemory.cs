using PathVlm.MLNet.Training.Grpo.Options;
using PathVlm.MLNet.Training.Grpo.Rollouts;
using PathVlm.MLNet.Training.Loop;
using PathVlm.MLNet.Training.Origins;
using PathVlm.Modeling.Forecasting;
using PathVlm.Modeling.Generation;
using TorchSharp;

namespace PathVlm.MLNet.Training.Grpo;

/// <summary>GRPO as the memory forecast sees it.</summary>
internal static class GrpoMemory
{
    /// <summary>A stage on prompts, the longest of which decides; completions are taken at their limit.</summary>
    public static MemoryWork Of(GrpoOptions options, IReadOnlyList<GrpoPrompt> prompts, PolicyOrigin origin)
    {
        TrainingPicture[] pictures = [.. prompts.SelectMany(prompt => prompt.Pictures)];
        return new MemoryWork
        {
            Model = origin.Encoder.Configuration,
            Purpose = MemoryPurpose.Grpo,
            Type = origin.Type,
            IsGpu = origin.Device.type == DeviceType.CUDA,
            Lora = options.Lora,
            VisionFrozen = options.FreezeVision,
            PromptTokens = prompts.Max(prompt => prompt.TokenIds.Count),
            AnswerTokens = options.MaxCompletionLength,
            Rows = options.BatchSize,
            GroupSize = options.GroupSize,
            DecodedRows = Math.Min(Math.Max(new GeneratorOptions().RowLimit, options.GroupSize), options.GenerationBatchSize),
            HasReference = options.Beta != 0,
            CopiesReference = options.Beta != 0 && (options.SyncReferenceModel || !origin.StartsFromStage || options.TakeOverWeights),
            AlsoHeldBytes = origin.BytesOfStageBefore(options),
            PicturePatches = pictures.Max(picture => picture.Grid.PatchCount),
            KeptPictures = pictures.DistinctBy(picture => picture.ContentHash).Count(),
        };
    }
}
