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
    /// <summary>Reads and encodes the rows of the options' stage.</summary>
    /// <exception cref="InvalidDataException">A row lacks a value, or its prompt is too long; the message names the row.</exception>
    /// <exception cref="ArgumentOutOfRangeException">There are fewer rows of the stage than a generation batch takes.</exception>
    public static IReadOnlyList<GrpoPrompt> Read(IDataView data, PromptEncoder encoder, GrpoOptions options)
    {
        var pictures = new TrainingPictures(encoder);
        GrpoPrompt[] prompts = [.. PathologyRows.Read(data, GrpoEstimator.Needs, options.Stage, options.Cancellation).Select(row =>
        {
            TrainingPicture picture = pictures.Of(row);
            return new GrpoPrompt(row.Name, row.Index, encoder.EncodeIds(row, picture.Grid), [picture]) { Question = row.Question };
        })];
        RequireEnough(prompts.Length, options);
        return prompts;
    }

    /// <summary>Reads and encodes the rows as <see cref="Read"/> does, and keeps none of them.</summary>
    /// <inheritdoc cref="Read"/>
    public static void Check(IDataView data, PromptEncoder encoder, GrpoOptions options)
    {
        int count = 0;
        foreach (PathologyRow row in PathologyRows.Read(data, GrpoEstimator.Needs, options.Stage, options.Cancellation))
        {
            encoder.EncodeIds(row, encoder.Processor.GridOf(row.RequiredPicture.Height, row.RequiredPicture.Width, row.Name));
            count++;
        }

        RequireEnough(count, options);
    }

    /// <summary>Refuses fewer rows than a generation batch takes.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There are fewer.</exception>
    public static void RequireEnough(int count, GrpoOptions options)
    {
        int needed = options.GenerationBatchSize / options.GroupSize;
        if (count < needed)
            throw new ArgumentOutOfRangeException(nameof(count), $"{GrpoEstimator.Name}: got {count} rows with {PathologyColumns.Stage} = [{options.Stage}], takes {needed} or more (a generation batch of {options.GenerationBatchSize} completions, {options.GroupSize} a row); lower BatchSize or give more rows.");
    }
}
