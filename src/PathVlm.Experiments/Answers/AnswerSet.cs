using Microsoft.ML;
using PathVlm.Experiments.Plans;
using PathVlm.MLNet;
using PathVlm.MLNet.Data.Rows;

namespace PathVlm.Experiments.Answers;

/// <summary>Rows that every model answers.</summary>
/// <param name="Name">Its name, also of its files.</param>
/// <param name="Questions">The rows as they are scored.</param>
/// <param name="Shown">The rows as models see them: with other pictures in a control.</param>
/// <param name="Identity">Fingerprint of what is shown and what is right.</param>
internal sealed record AnswerSet(string Name, IReadOnlyList<PathologyQuestion> Questions, IDataView Shown, string Identity)
{
    /// <summary>The test rows.</summary>
    internal const string Test = "test";

    /// <summary>The test rows with grey pictures.</summary>
    internal const string Blank = "test-blank";

    /// <summary>The test rows with each other's pictures.</summary>
    internal const string Shuffled = "test-shuffled";

    private const string OutOfDomainPrefix = "out-of-domain-";
    private const long ShuffleSeed = 17;

    /// <summary>Whether the rows are of other modalities.</summary>
    internal bool IsOutOfDomain => Name.StartsWith(OutOfDomainPrefix, StringComparison.Ordinal);

    /// <summary>The set's name in tables.</summary>
    internal string Title => IsOutOfDomain ? Name[OutOfDomainPrefix.Length..] : Name;

    /// <summary>The test rows, and both controls.</summary>
    internal static IEnumerable<AnswerSet> CreateTest(PathologyCatalog pathology, PathologyDataView test)
    {
        string identity = Fingerprint.OfRows(test.Questions);
        yield return new AnswerSet(Test, test.Questions, test, identity);
        yield return new AnswerSet(Blank, test.Questions, pathology.Data.BlankPictures(test), Fingerprint.Of(Blank, identity));
        yield return new AnswerSet(
            Shuffled, test.Questions, pathology.Data.ShufflePictures(test, ShuffleSeed), Fingerprint.Of(Shuffled, identity));
    }

    /// <summary>A set in OmniMedVQA's layout.</summary>
    internal static AnswerSet CreateOutOfDomain(PathologyCatalog pathology, NamedPath set)
    {
        PathologyDataView rows = pathology.Data.LoadOmniMedVqa(set.Path);
        return new AnswerSet(OutOfDomainPrefix + set.Name, rows.Questions, rows, Fingerprint.OfRows(rows.Questions));
    }
}
