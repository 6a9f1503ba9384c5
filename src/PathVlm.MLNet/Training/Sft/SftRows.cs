using System.Security.Cryptography;
using System.Text;
using Microsoft.ML;
using PathVlm.MLNet.Data.Rows;
using PathVlm.MLNet.Inference.Policies;
using PathVlm.MLNet.Training.Loop;

namespace PathVlm.MLNet.Training.Sft;

/// <summary>Rows of a data view as examples of supervised fine-tuning, some of them kept to judge by.</summary>
/// <param name="Training">What is trained on.</param>
/// <param name="Validation">What the model is judged by; no picture of these is trained on.</param>
internal sealed record SftRows(IReadOnlyList<SupervisedExample> Training, IReadOnlyList<SupervisedExample> Validation)
{
    /// <summary>Reads and encodes the rows of the options' stage.</summary>
    /// <exception cref="InvalidDataException">A row lacks a value, or its prompt or target is too long; the message names the row.</exception>
    /// <exception cref="ArgumentOutOfRangeException">There are no rows of the stage, or none are left to train on.</exception>
    public static SftRows Read(IDataView data, PromptEncoder encoder, PathologySftOptions options)
    {
        var pictures = new TrainingPictures(encoder);
        List<SupervisedExample> examples =
            [.. PathologyRows.Read(data, PathologySftEstimator.Needs, options.Stage, options.Cancellation).Select(row => Encode(row, encoder, pictures, options))];
        RequireAny(examples.Count, options);
        return Split(examples, options);
    }

    /// <summary>Refuses a set without a row of the stage.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is none.</exception>
    public static void RequireAny(int count, PathologySftOptions options)
    {
        if (count == 0)
            throw new ArgumentOutOfRangeException(nameof(count), $"{PathologySftEstimator.Name}: got no rows with {PathologyColumns.Stage} = [{options.Stage}], takes one or more.");
    }

    private static SupervisedExample Encode(PathologyRow row, PromptEncoder encoder, TrainingPictures pictures, PathologySftOptions options)
    {
        TrainingPicture picture = pictures.Of(row);
        int[] prompt = encoder.EncodeIds(row, picture.Grid);
        int[] target = encoder.EncodeTarget(row);
        if (target.Length > options.MaxCompletionLength)
            throw new InvalidDataException($"row '{row.Name}': the answer to teach has {target.Length} tokens; takes at most {options.MaxCompletionLength} (MaxCompletionLength).");
        return new SupervisedExample(row.Name, [.. prompt, .. target], prompt.Length, [picture]);
    }

    // Whole pictures go to one side, in an order that is a function of seed and picture.
    private static SftRows Split(List<SupervisedExample> examples, PathologySftOptions options)
    {
        int wanted = (int)Math.Round(options.ValidationFraction * examples.Count);
        if (wanted == 0) return new SftRows(examples, []);
        HashSet<SupervisedExample> kept = new(ReferenceEqualityComparer.Instance);
        foreach (IGrouping<string, SupervisedExample> group in examples.GroupBy(example => example.Pictures[0].ContentHash).OrderBy(group => Order(options.Seed, group.Key), StringComparer.Ordinal))
            if (kept.Count + group.Count() <= wanted) kept.UnionWith(group);
        if (kept.Count == 0 || kept.Count == examples.Count)
            throw new ArgumentOutOfRangeException(nameof(options), $"ValidationFraction: got {options.ValidationFraction}, takes a share of the {examples.Count} rows that leaves rows on both sides with no picture on both.");
        return new SftRows([.. examples.Where(example => !kept.Contains(example))], [.. kept]);
    }

    private static string Order(long seed, string picture) => Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes($"{seed}:{picture}")));
}
