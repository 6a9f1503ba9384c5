using Microsoft.ML;
using PathVlm.MLNet.Data.Rows;
using PathVlm.MLNet.Inference.Policies;
using PathVlm.MLNet.Training.Loop;

namespace PathVlm.MLNet.Training.Sft;

/// <summary>Rows of a data view as examples of supervised fine-tuning.</summary>
internal static class SftRows
{
    /// <summary>What a row must have.</summary>
    public const PathologyRowNeeds Needs = PathologyRowNeeds.Image | PathologyRowNeeds.Answer | PathologyRowNeeds.Explanation;

    /// <summary>Reads and encodes the rows of the options' stage, and keeps some of them for validation.</summary>
    /// <exception cref="InvalidDataException">
    /// A row lacks a value, or its prompt or target is too long; the message names the row.
    /// </exception>
    /// <exception cref="ArgumentOutOfRangeException">There are no rows of the stage, or none are left to train on.</exception>
    public static ValidationSplit Read(IDataView data, PromptEncoder encoder, PathologySftOptions options)
    {
        TrainingPictures pictures = new(encoder);
        List<SupervisedExample> examples = [.. PathologyRows.Read(data, Needs, options.Stage, options.Cancellation).Select(row =>
        {
            TrainingPicture picture = pictures.PictureOf(row);
            int[] prompt = encoder.EncodeIds(row, picture.Grid), target = EncodeTarget(row, encoder, options);
            return new SupervisedExample(row.Name, [.. prompt, .. target], prompt.Length, [picture]) { Group = row.Question.Group };
        })];
        RequireAny(examples.Count, options);
        return ValidationSplit.Create(examples, options.ValidationFraction, options.Seed);
    }

    /// <summary>Refuses a set without a row of the stage.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is none.</exception>
    public static void RequireAny(int count, PathologySftOptions options)
    {
        if (count == 0)
            throw new ArgumentOutOfRangeException(
                nameof(count),
                $"{SftDefaults.Name}: expected one or more rows with {PathologyColumns.Stage} = [{options.Stage}], got none.");
    }

    private static int[] EncodeTarget(PathologyRow row, PromptEncoder encoder, PathologySftOptions options)
    {
        int[] target = encoder.EncodeTarget(row);
        return target.Length <= options.MaxCompletionLength
            ? target
            : throw new InvalidDataException(
                $"row '{row.Name}': expected an answer of at most {options.MaxCompletionLength} tokens (MaxCompletionLength),"
                + $" got {target.Length}.");
    }
}
