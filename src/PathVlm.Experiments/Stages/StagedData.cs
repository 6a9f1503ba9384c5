using System.Globalization;
using Microsoft.ML;
using PathVlm.Experiments.Plans;
using PathVlm.Experiments.Progress;
using PathVlm.MLNet;
using PathVlm.MLNet.Data.Faults;
using PathVlm.MLNet.Data.Loading;
using PathVlm.MLNet.Data.Rows;
using PathVlm.MLNet.Data.Splitting;

namespace PathVlm.Experiments.Stages;

/// <summary>
/// A set of any supported layout with a stage for each row: the set's own, those of a split file, or split here by picture and group. A
/// set's own splits are never mixed unless they are named.
/// </summary>
public static class StagedData
{
    private const int NamesShown = 5;

    /// <summary>Loads a set and gives its rows stages.</summary>
    /// <param name="pathology">The catalog that loads and splits.</param>
    /// <param name="path">A set of any layout that <c>pathology.Data.Load</c> recognises.</param>
    /// <param name="sizes">Rows of each stage, for a set that is split here; null for the paper's.</param>
    /// <param name="seed">Seed of the split, for a set that is split here.</param>
    /// <param name="progress">Told the split; null for nobody.</param>
    /// <exception cref="ArgumentException">There is nothing at the path.</exception>
    /// <exception cref="InvalidDataException">The set is faulty, too small, or has several splits of its own.</exception>
    public static IDataView Load(
        PathologyCatalog pathology, string path, StageSizes? sizes = null, long seed = 1, IProgress<RunEvent>? progress = null) =>
        LoadForTraining(pathology, path, new StagedDataOptions { Sizes = sizes, Seed = seed }, progress).Rows;

    /// <summary>
    /// Loads a set to train on and to test: its own stages; or those of a split file; or its splits, where they are stages; or rows of its
    /// split <c>train</c> to train on and of <c>test</c> to test on; or its rows, shared out by picture and group.
    /// </summary>
    /// <param name="pathology">The catalog that loads and splits.</param>
    /// <param name="path">A set of any layout that <c>pathology.Data.Load</c> recognises.</param>
    /// <param name="options">Parts, sizes, seed; null for the defaults.</param>
    /// <param name="progress">Told what was done; null for nobody.</param>
    /// <exception cref="ArgumentException">There is nothing at the path.</exception>
    /// <exception cref="InvalidDataException">The set is faulty, too small, or has several splits of its own that are not
    /// named.</exception>
    public static StagedSet LoadForTraining(
        PathologyCatalog pathology, string path, StagedDataOptions? options = null, IProgress<RunEvent>? progress = null) =>
        WithOptions(path, Staged(pathology, path, options ?? new StagedDataOptions(), progress), PathologyStages.Sft, PathologyStages.Rl);

    /// <summary>
    /// Loads a set to evaluate: the rows of the stage Test where the set or a split file names stages, of its split <c>test</c> where it
    /// has
    /// one beside <c>train</c>; every row otherwise, unless a seed or sizes ask for the split of a training run.
    /// </summary>
    /// <inheritdoc cref="LoadForTraining"/>
    public static StagedSet LoadForEvaluation(
        PathologyCatalog pathology, string path, StagedDataOptions? options = null, IProgress<RunEvent>? progress = null) =>
        WithOptions(path, Evaluated(pathology, path, options ?? new StagedDataOptions(), progress));

    /// <summary>
    /// Loads a set to compare its stages: those that the set or a split file names; its own splits, each as a stage; or the split of a
    /// training run, where a seed or sizes ask for it.
    /// </summary>
    /// <inheritdoc cref="LoadForTraining"/>
    public static StagedSet LoadForComparison(
        PathologyCatalog pathology, string path, StagedDataOptions? options = null, IProgress<RunEvent>? progress = null)
    {
        options ??= new StagedDataOptions();
        if (options.SplitFile is not null) return Staged(pathology, path, options, progress);
        PathologyDataView rows = LoadAny(pathology, path, options.Load);
        OwnSplits splits = new(rows.Questions);
        if (rows.Questions.Any(question => question.Stage is not null)) return new StagedSet(rows, rows.LoadReport, NamesStages: true);
        if (splits.AreStages) return new StagedSet(rows.With(splits.Staged()), rows.LoadReport, NamesStages: true);
        if (options.Seed is not null || options.Sizes is not null)
            return new StagedSet(
                Split(pathology, path, rows, splits, options, new RunReporter(progress)), rows.LoadReport, NamesStages: false);
        return splits.Counts.Count > 1
            ? new StagedSet(rows.With(splits.AsStages()), rows.LoadReport, NamesStages: true)
            : throw DataFault.Create($"{path}: names no stages and no splits to compare", DataRemedy.NameStages);
    }

    /// <summary>Loads a set, its layout recognised from its files; rows have the stages that the set names, or none.</summary>
    /// <param name="pathology">The catalog that loads.</param>
    /// <param name="path">As for <see cref="Load"/>.</param>
    /// <exception cref="ArgumentException">There is nothing at the path.</exception>
    /// <exception cref="InvalidDataException">The set is faulty.</exception>
    public static PathologyDataView LoadAny(PathologyCatalog pathology, string path) =>
        LoadAny(pathology, path, new PathologyLoadOptions());

    /// <summary>As <see cref="LoadAny(PathologyCatalog, string)"/>, with parts, faulty rows and encoding.</summary>
    /// <param name="pathology">The catalog that loads.</param>
    /// <param name="path">As for <see cref="Load"/>.</param>
    /// <param name="options">Parts, faulty rows, encoding.</param>
    /// <exception cref="ArgumentException">There is nothing at the path.</exception>
    /// <exception cref="InvalidDataException">The set is faulty.</exception>
    public static PathologyDataView LoadAny(PathologyCatalog pathology, string path, PathologyLoadOptions options)
    {
        ArgumentNullException.ThrowIfNull(pathology);
        ArgumentException.ThrowIfNullOrEmpty(path);
        return File.Exists(path) || Directory.Exists(path)
            ? pathology.Data.Load(path, options)
            : throw new ArgumentException($"data: expected a file or folder that exists, got [{path}]", nameof(path));
    }

    private static StagedSet Staged(PathologyCatalog pathology, string path, StagedDataOptions options, IProgress<RunEvent>? progress)
    {
        PathologyDataView rows = LoadAny(pathology, path, options.Load);
        OwnSplits splits = new(rows.Questions);
        if (options.SplitFile is { } file)
            return new StagedSet(pathology.Data.LoadSplit(rows, file, options.Load.Cancellation), rows.LoadReport, NamesStages: false);
        if (rows.Questions.Any(question => question.Stage is not null)) return new StagedSet(rows, rows.LoadReport, NamesStages: true);
        if (splits.AreStages) return new StagedSet(rows.With(splits.Staged()), rows.LoadReport, NamesStages: true);
        PathologySplit split = Split(pathology, path, rows, splits, options, new RunReporter(progress));
        if (split.Report.IsExact) new RunReporter(progress).Message(split.Report.ToString()); // otherwise the library warns
        return new StagedSet(split, rows.LoadReport, NamesStages: false);
    }

    private static StagedSet Evaluated(PathologyCatalog pathology, string path, StagedDataOptions options, IProgress<RunEvent>? progress)
    {
        if (options.SplitFile is not null || options.Seed is not null || options.Sizes is not null)
            return Staged(pathology, path, options, progress);
        PathologyDataView rows = LoadAny(pathology, path, options.Load);
        if (rows.Questions.Any(question => question.Stage is not null)) return new StagedSet(rows, rows.LoadReport, NamesStages: true);
        OwnSplits splits = new(rows.Questions);
        RunReporter reporter = new(progress);
        if (splits.AreStages) return new StagedSet(rows.With(splits.Staged()), rows.LoadReport, NamesStages: true);
        if (options.Load.Splits is null && splits.Test is { } test)
        {
            reporter.Message($"the set has the splits {splits}: the rows of {test} are taken");
            return new StagedSet(rows.With(rows.Questions.Where(row => row.Split == test)), rows.LoadReport, NamesStages: true);
        }

        if (splits.Counts.Count > 1) reporter.Message($"the set has the splits {splits}: every row is taken");
        return new StagedSet(rows, rows.LoadReport, NamesStages: true);
    }

    // Open questions cannot be scored by letter: they are refused where they would be trained on or answered for a figure.
    private static StagedSet WithOptions(string path, StagedSet set, params string[] trained)
    {
        PathologyQuestion[] used = [.. PathologyRows.Read(set.Rows, PathologyRowNeeds.None).Select(row => row.Question)
            .Where(row => row.Stage is null or PathologyStages.Test || trained.Contains(row.Stage))];
        string[] open = [.. used.Where(row => row.Options.Count == 0).Select(row => row.Id)];
        if (open.Length == 0) return set;
        string names = string.Join("], [", open.Take(NamesShown)) + (open.Length > NamesShown ? "], …" : "]");
        throw DataFault.Create(
            string.Create(
                CultureInfo.InvariantCulture,
                $"{path}: {open.Length:N0} of {used.Length:N0} rows are open questions (no options), which cannot be scored by letter: ")
                + $"[{names}",
            DataRemedy.SkipOpenQuestions);
    }

    private static PathologySplit Split(
        PathologyCatalog pathology, string path, PathologyDataView rows, OwnSplits splits, StagedDataOptions options, RunReporter reporter)
    {
        StageSizes sizes = options.Sizes ?? new StageSizes();
        (string? train, string? test) = options.Load.Splits is null ? (splits.Train, splits.Test) : (null, null);
        if (train is null && splits.Counts.Count > 1)
        {
            if (options.Load.Splits is null)
                throw DataFault.Create(
                    $"{path}: has the splits {splits}, which are no stages and are not mixed unless they are named", DataRemedy.NameSplits);
            reporter.Message($"the splits {splits} are shared out together, as named");
        }
        else if (train is not null)
        {
            reporter.Message($"the set has the splits {splits}: rows of {train} are trained on, rows of {test} are test rows");
        }

        RequireEnough(rows, train, sizes.Sft + (long)sizes.Rl + (train is null ? sizes.Test : 0L));
        if (test is not null) RequireEnough(rows, test, sizes.Test);
        return pathology.Data.Split(
            rows, [SizeOf(PathologyStages.Sft, sizes.Sft, train), SizeOf(PathologyStages.Rl, sizes.Rl, train),
                SizeOf(PathologyStages.Test, sizes.Test, test)],
            Seeds.Fold(options.Seed ?? 1), options.Load.Cancellation);
    }

    private static StageSize SizeOf(string stage, int count, string? split) =>
        new(stage, count) { Splits = split is null ? null : [split] };

    private static void RequireEnough(PathologyDataView rows, string? split, long asked)
    {
        int found = split is null ? rows.Questions.Count : rows.Questions.Count(row => row.Split == split);
        if (asked > found)
            throw DataFault.Create(
                string.Create(CultureInfo.InvariantCulture, $"the stages ask for {asked} rows of {found}")
                + (split is null ? "" : $" of the split {split}"),
                DataRemedy.SmallerStages);
    }
}
