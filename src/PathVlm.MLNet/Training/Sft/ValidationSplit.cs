using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using PathVlm.MLNet.Data.Splitting;

namespace PathVlm.MLNet.Training.Sft;

/// <summary>
/// Keeps a share of the examples from training to validate by. Examples with the same picture, or of the same patient, case or slide,
/// stay on one side. Groups of them are gone
/// through in an order that is a function of seed and picture, and each that still fits is kept; where groups are large the result can be
/// smaller than the share (<see cref="Shortfall"/>).
/// </summary>
/// <param name="Training">Examples to train on, in their order.</param>
/// <param name="Validation">Examples to validate by.</param>
/// <param name="Wanted">Examples that the share asks for.</param>
internal sealed record ValidationSplit(IReadOnlyList<SupervisedExample> Training, IReadOnlyList<SupervisedExample> Validation, int Wanted)
{
    /// <summary>Examples that the share asks for and no group of examples with one picture fits into.</summary>
    public int Shortfall => Wanted - Validation.Count;

    /// <summary>Splits examples.</summary>
    /// <param name="examples">The examples, each with one picture or more; the first decides.</param>
    /// <param name="fraction">Share to keep, 0 to below 1.</param>
    /// <param name="seed">Decides which.</param>
    /// <exception cref="ArgumentOutOfRangeException">A share above 0 leaves one side without examples.</exception>
    public static ValidationSplit Create(IReadOnlyList<SupervisedExample> examples, double fraction, long seed)
    {
        int wanted = (int)Math.Round(fraction * examples.Count);
        if (wanted == 0) return new ValidationSplit(examples, [], 0);
        HashSet<SupervisedExample> kept = new(ReferenceEqualityComparer.Instance);
        foreach (SupervisedExample[] group in GroupsOf(examples, seed))
            if (kept.Count + group.Length <= wanted) kept.UnionWith(group);
        if (kept.Count == 0 || kept.Count == examples.Count)
            throw new ArgumentOutOfRangeException(nameof(fraction), string.Create(CultureInfo.InvariantCulture,
                $"ValidationFraction: expected a share of the {examples.Count} rows that leaves rows on both sides with no picture on both,"
                + $" got {fraction}."));
        return new ValidationSplit([.. examples.Where(example => !kept.Contains(example))], [.. kept], wanted);
    }

    private static IEnumerable<SupervisedExample[]> GroupsOf(IReadOnlyList<SupervisedExample> examples, long seed) => examples
        .Zip(RowUnits.Of(
            [.. examples.Select(example => example.Pictures[0].ContentHash)], [.. examples.Select(example => example.Group)]))
        .GroupBy(pair => pair.Second, pair => pair.First)
        .OrderBy(group => PlaceOf(seed, group.Key), StringComparer.Ordinal)
        .Select(group => group.ToArray());

    private static string PlaceOf(long seed, string picture) =>
        Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes($"{seed}:{picture}")));
}
