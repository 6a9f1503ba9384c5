using PathVlm.MLNet.Training.Loop;
using PathVlm.MLNet.Training.Origins;
using PathVlm.Modeling.Forecasting;
using TorchSharp;

namespace PathVlm.MLNet.Training.Sft;

/// <summary>Supervised fine-tuning as the memory forecast sees it.</summary>
internal static class SftMemory
{
    /// <summary>A stage on rows, the longest of which decides.</summary>
    public static MemoryWork Of(PathologySftOptions options, ValidationSplit rows, PolicyOrigin origin)
    {
        SupervisedExample[] all = [.. rows.Training, .. rows.Validation];
        SupervisedExample longest = all.MaxBy(example => example.TokenIds.Count)!;
        TrainingPicture[] pictures = [.. all.SelectMany(example => example.Pictures)];
        return new MemoryWork
        {
            Model = origin.Encoder.Configuration,
            Purpose = MemoryPurpose.SupervisedFineTuning,
            Type = origin.Type,
            IsGpu = origin.Device.type == DeviceType.CUDA,
            Lora = options.Lora,
            VisionFrozen = options.FreezeVision,
            PromptTokens = longest.AnswerStart,
            AnswerTokens = longest.AnswerLength,
            Rows = Math.Min(options.BatchSize, all.Length),
            AlsoHeldBytes = origin.BytesOfStageBefore(options),
            PicturePatches = pictures.Max(picture => picture.Grid.PatchCount),
            KeptPictures = pictures.DistinctBy(picture => picture.ContentHash).Count(),
        };
    }
}
