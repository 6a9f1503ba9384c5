using Microsoft.ML;
using PathVlm.MLNet.Data.Rows;
using PathVlm.MLNet.Inference.Policies;
using PathVlm.MLNet.Training.Grpo.Options;
using PathVlm.MLNet.Training.Grpo.Rollouts;
using PathVlm.MLNet.Training.Loop;

namespace PathVlm.MLNet.Training.Grpo;

/// <summary>Rows of a data view as prompts of GRPO.</summary>
internal static class GrpoRows
{
    /// <summary>What a row must have; the rewards may need more.</summary>
    public const PathologyRowNeeds Needs = PathologyRowNeeds.Image;

    /// <summary>Reads and encodes the rows of the options' stage.</summary>
    /// <exception cref="InvalidDataException">A row lacks a value, or its prompt is too long; the message names the row.</exception>
    /// <exception cref="ArgumentOutOfRangeException">There are fewer rows of the stage than a generation batch needs.</exception>
    public static IReadOnlyList<GrpoPrompt> Read(IDataView data, PromptEncoder encoder, GrpoOptions options)
    {
        TrainingPictures pictures = new(encoder);
        GrpoPrompt[] prompts = [.. PathologyRows.Read(data, Needs, options.Stage, options.Cancellation).Select(row =>
        {
            TrainingPicture picture = pictures.PictureOf(row);
            return new GrpoPrompt(row.Name, row.Index, encoder.EncodeIds(row, picture.Grid), [picture]) { Question = row.Question };
        })];
        RequireEnough(prompts.Length, options);
        return prompts;
    }

    /// <summary>Refuses fewer rows than a generation batch needs.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There are fewer.</exception>
    public static void RequireEnough(int count, GrpoOptions options)
    {
        int needed = options.GenerationBatchSize / options.GroupSize;
        if (count < needed)
            throw new ArgumentOutOfRangeException(
                nameof(count),
                $"{GrpoDefaults.Name}: expected {needed} or more rows with {PathologyColumns.Stage} = [{options.Stage}] (a generation batch"
                + $" has {options.GenerationBatchSize} completions, {options.GroupSize} per row), got {count};"
                + " lower BatchSize or add rows.");
    }
}
