using Microsoft.ML;
using PathVlm.MLNet.Data.Faults;
using PathVlm.MLNet.Data.Rows;
using PathVlm.MLNet.Inference.Policies;
using PathVlm.MLNet.Training.Loop;

namespace PathVlm.MLNet.Training.Sft;

/// <summary>Rows of a data view as examples of supervised fine-tuning.</summary>
internal static class SftRows
{
    /// <summary>Columns that the rows must have; a row's explanation may be blank where the options say what is taught then.</summary>
    public const PathologyRowNeeds Needs = PathologyRowNeeds.Image | PathologyRowNeeds.Answer | PathologyRowNeeds.Explanation;

    private const string AnswerPlace = "{answer}";

    /// <summary>Reads and encodes the rows of the options' stage, and keeps some of them for validation.</summary>
    /// <exception cref="InvalidDataException">
    /// A row lacks a value, or its prompt or target is too long; the message names the row.
    /// </exception>
    /// <exception cref="ArgumentOutOfRangeException">There are no rows of the stage, or none are left to train on.</exception>
    public static ValidationSplit Read(IDataView data, PromptEncoder encoder, PathologySftOptions options)
    {
        TrainingPictures pictures = new(encoder);
        PathologyRowNeeds needs = PathologyRowNeeds.Image | PathologyRowNeeds.Answer;
        List<SupervisedExample> examples = [.. PathologyRows.Read(data, needs, options.Stage, options.Cancellation).Select(row =>
        {
            TrainingPicture picture = pictures.PictureOf(row);
            int[] prompt = encoder.EncodeIds(row, picture.Grid), target = EncodeTarget(row, encoder, options);
            return new SupervisedExample(row.Name, [.. prompt, .. target], prompt.Length, [picture])
            {
                Group = row.Question.Group,
                HasExplanation = !string.IsNullOrWhiteSpace(row.Question.Explanation),
            };
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

    /// <summary>The tokens that a row's answer is taught as, whatever their number.</summary>
    /// <exception cref="InvalidDataException">The row has no explanation, and the options do not say what is taught then.</exception>
    public static int[] TargetOf(PathologyRow row, PromptEncoder encoder, PathologySftOptions options)
    {
        if (!string.IsNullOrWhiteSpace(row.Question.Explanation)) return encoder.EncodeTarget(row);
        if (options.ReasoningWithoutExplanation.Length == 0)
            throw DataFault.Create(
                $"row [{row.Name}]: column [{PathologyColumns.Explanation}] is blank; fine-tuning needs a reasoning to teach, of the row "
                + $"or for all such rows ({nameof(options.ReasoningWithoutExplanation)})");
        string reasoning = options.ReasoningWithoutExplanation.Replace(AnswerPlace, row.Question.Answer, StringComparison.Ordinal);
        return encoder.EncodeTarget(row with { Question = row.Question with { Explanation = reasoning } });
    }

    private static int[] EncodeTarget(PathologyRow row, PromptEncoder encoder, PathologySftOptions options)
    {
        int[] target = TargetOf(row, encoder, options);
        return target.Length <= options.MaxCompletionLength
            ? target
            : throw new InvalidDataException(
                $"row '{row.Name}': expected an answer of at most {options.MaxCompletionLength} tokens (MaxCompletionLength),"
                + $" got {target.Length}.");
    }
}
