using System.Diagnostics.CodeAnalysis;
using Microsoft.ML;
using Microsoft.ML.Runtime;
using PathVlm.MLNet.Data.Controls;
using PathVlm.MLNet.Data.Loading;
using PathVlm.MLNet.Data.Pictures;
using PathVlm.MLNet.Data.Previews;
using PathVlm.MLNet.Data.Rows;
using PathVlm.MLNet.Data.Splitting;
using PathVlm.MLNet.Persistence;

namespace PathVlm.MLNet.Data;

/// <summary>Loads, splits and checks sets of pathology questions: <c>mlContext.Pathology().Data</c>.</summary>
public sealed class PathologyDataCatalog
{
    private readonly IHostEnvironment _environment;

    internal PathologyDataCatalog(IHostEnvironment environment) => _environment = environment;

    /// <summary>
    /// Loads PathMMU's JSON: <c>{subset: {split: [row]}}</c>, <c>{split: [row]}</c> or a list of rows with <c>No</c>, <c>img</c>,
    /// <c>question</c>, <c>options</c>, <c>answer</c>, <c>explanation</c>.
    /// </summary>
    /// <param name="path">The JSON file, or the folder of <c>data.json</c> (or of its only JSON file).</param>
    /// <param name="subsets">Subsets to take; null takes all.</param>
    /// <param name="splits">Splits to take; null takes all.</param>
    /// <param name="imageFolder">Folder that <c>img</c> starts from; default the file's own folder, or <c>images</c> in it.</param>
    /// <param name="rowFaults">What is done with rows that cannot be used; default <see cref="RowFaultPolicy.Fail"/>.</param>
    /// <returns>The rows; Ids are <c>subset/split/No</c>, with <c>#2</c> … behind one that comes again.</returns>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="InvalidDataException">The file is no such JSON, or a row cannot be used (message: file, row, field).</exception>
    /// <exception cref="ArgumentOutOfRangeException">A subset or split was asked for and is not there.</exception>
    public PathologyDataView LoadPathMmu(
        string path, IReadOnlyCollection<string>? subsets = null, IReadOnlyCollection<string>? splits = null,
        string? imageFolder = null, RowFaultPolicy rowFaults = RowFaultPolicy.Fail) =>
        Tell(SetLoader.LoadPathMmu(path, new PathologyLoadOptions
        {
            Subsets = subsets, Splits = splits, ImageFolder = imageFolder, RowFaults = rowFaults,
        }));

    /// <summary>
    /// Loads OmniMedVQA: <c>QA_information/**/*.json</c> with <c>question_id</c>, <c>question</c>, <c>option_A</c> … , <c>gt_answer</c>
    /// (a text), <c>image_path</c>, <c>modality_type</c> or <c>modality</c>. Options are lettered, the answer becomes the lettered option.
    /// </summary>
    /// <param name="path">The set's folder, or one of its JSON files.</param>
    /// <param name="modalities">Modalities to take; null takes all. A row's modality is its Subset.</param>
    /// <param name="imageFolder">Folder that <c>image_path</c> starts from; default the set's folder.</param>
    /// <param name="rowFaults">What is done with rows that cannot be used; default <see cref="RowFaultPolicy.Fail"/>.</param>
    /// <exception cref="IOException">There is no such folder or file.</exception>
    /// <exception cref="InvalidDataException">A file is no such JSON, or a row cannot be used (message: file, row, field).</exception>
    /// <exception cref="ArgumentOutOfRangeException">A modality was asked for and is not there.</exception>
    public PathologyDataView LoadOmniMedVqa(string path, IReadOnlyCollection<string>? modalities = null, string? imageFolder = null,
        RowFaultPolicy rowFaults = RowFaultPolicy.Fail) =>
        Tell(SetLoader.LoadOmniMedVqa(
            path, new PathologyLoadOptions { Subsets = modalities, ImageFolder = imageFolder, RowFaults = rowFaults }));

    /// <summary>
    /// Loads pictures of one's own, listed in JSON lines, JSON, CSV or TSV, or lying in a folder for each class; <see cref="Load"/> says
    /// which
    /// layouts are recognised. Of columns: <c>image</c>, <c>question</c>, <c>options</c>, <c>answer</c>; may be missing: <c>id</c>
    /// (default the
    /// line), <c>explanation</c>, <c>subset</c>, <c>split</c>, <c>stage</c>, <c>group</c>. Options without labels are lettered; the
    /// answer is an
    /// option, its letter or its text.
    /// </summary>
    /// <param name="path">The list, or the folder of <c>questions.jsonl</c> (or of its only list).</param>
    /// <param name="imageFolder">Folder that <c>image</c> starts from; default the list's own folder, or <c>images</c> in it.</param>
    /// <param name="rowFaults">What is done with rows that cannot be used; default <see cref="RowFaultPolicy.Fail"/>.</param>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="InvalidDataException">The file is no such list, or a row cannot be used (message: file, row, field).</exception>
    public PathologyDataView LoadFolder(string path, string? imageFolder = null, RowFaultPolicy rowFaults = RowFaultPolicy.Fail) =>
        Load(path, new PathologyLoadOptions { ImageFolder = imageFolder, RowFaults = rowFaults });

    /// <summary>
    /// Loads a set whose layout is recognised from its files: PathMMU, OmniMedVQA, columns of one's own, PMC-VQA, VQA-RAD, PathVQA, rows of
    /// ms-swift, LLaMA-Factory, LLaVA, TRL, EasyR1 and R1-V, pictures in folders by class. The documentation page <c>data.md</c> shows
    /// each.
    /// </summary>
    /// <param name="path">A file, or the folder of one: <c>questions.jsonl</c>, <c>data.json</c>, its only list, or lists named as
    /// splits.</param>
    /// <param name="options">Parts to take, faulty rows, encoding; null for the defaults. They are read, not kept.</param>
    /// <returns>The rows; <see cref="LoadReport.Layout"/> names the layout.</returns>
    /// <exception cref="FileNotFoundException">There is nothing at the path, or nothing that is read.</exception>
    /// <exception cref="ArgumentException">Several files could be meant, or a subset or split was asked for and is not there.</exception>
    /// <exception cref="InvalidDataException">The layout is not known or lacks something, or a row cannot be used.</exception>
    public PathologyDataView Load(string path, PathologyLoadOptions? options = null) =>
        Tell(SetLoader.Load(path, options ?? new PathologyLoadOptions()));

    /// <summary>
    /// Shares rows out to the paper's stages by whole pictures: no picture is in two stages. Rows that are left stay out.
    /// </summary>
    /// <param name="data">Rows with pictures; what a picture is, its decoded pixels say, not its file's name.</param>
    /// <param name="sft">Rows of stage Sft; default 3,000.</param>
    /// <param name="rl">Rows of stage Rl; default 1,000.</param>
    /// <param name="test">Rows of stage Test; default 1,385.</param>
    /// <param name="seed">Seed of the choice; default 17.</param>
    /// <param name="cancellation">Stops between two pictures.</param>
    /// <returns>
    /// The rows with the column Stage. Where pictures with several questions make a size impossible, the stage has the nearest number of
    /// rows below; <see cref="PathologySplit.Report"/> says so.
    /// </returns>
    /// <exception cref="ArgumentOutOfRangeException">A size is negative, or the sizes exceed the rows there are.</exception>
    public PathologySplit Split(
        IDataView data, int sft = 3000, int rl = 1000, int test = 1385, int seed = 17, CancellationToken cancellation = default) =>
        Split(data, [new(PathologyStages.Sft, sft), new(PathologyStages.Rl, rl), new(PathologyStages.Test, test)], seed, cancellation);

    /// <summary>
    /// As <see cref="Split(IDataView, int, int, int, int, CancellationToken)"/>, with shares of the rows instead of numbers.
    /// </summary>
    /// <param name="data">Rows with pictures.</param>
    /// <param name="sft">Share of stage Sft, 0 to 1.</param>
    /// <param name="rl">Share of stage Rl, 0 to 1.</param>
    /// <param name="test">Share of stage Test, 0 to 1; the three sum to 1 at most.</param>
    /// <param name="seed">Seed of the choice; default 17.</param>
    /// <param name="cancellation">Stops between two pictures.</param>
    /// <exception cref="ArgumentOutOfRangeException">A share is negative or no number, or they sum to more than 1.</exception>
    public PathologySplit SplitByFractions(
        IDataView data, double sft, double rl, double test, int seed = 17, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(data);
        foreach ((string name, double share) in new[] { (nameof(sft), sft), (nameof(rl), rl), (nameof(test), test) })
            if (!(share >= 0))
                throw new ArgumentOutOfRangeException(name, share, "expected a share from 0 to 1, got one that is negative or no number");
        if (sft + rl + test > 1 + 1e-9)
            throw new ArgumentOutOfRangeException(nameof(test), sft + rl + test, "the shares sum to more than 1");
        RowPicture<string>[] pictures = NamedPictures(data, cancellation);
        StageSize Size(string stage, double share) => new(stage, (int)Math.Floor(share * pictures.Length + 1e-9));
        return Split(
            data, pictures, [Size(PathologyStages.Sft, sft), Size(PathologyStages.Rl, rl), Size(PathologyStages.Test, test)], seed);
    }

    /// <summary>As <see cref="Split(IDataView, int, int, int, int, CancellationToken)"/>, with stages of one's own.</summary>
    /// <param name="data">Rows with pictures.</param>
    /// <param name="sizes">The stages, each named once, and their rows.</param>
    /// <param name="seed">Seed of the choice; default 17.</param>
    /// <param name="cancellation">Stops between two pictures.</param>
    /// <exception cref="ArgumentOutOfRangeException">
    /// A size is negative, a stage named twice, or the sizes exceed the rows there are.
    /// </exception>
    public PathologySplit Split(
        IDataView data, IReadOnlyList<StageSize> sizes, int seed = 17, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(data);
        ArgumentNullException.ThrowIfNull(sizes);
        foreach (StageSize size in sizes)
            if (size.Rows < 0)
                throw new ArgumentOutOfRangeException(
                    nameof(sizes), size.Rows, $"stage [{size.Stage}]: expected 0 rows or more, got a negative number");
        if (sizes.Select(size => size.Stage).Distinct().Count() < sizes.Count)
            throw new ArgumentOutOfRangeException(
                nameof(sizes), $"a stage is named twice: {string.Join(", ", sizes.Select(size => size.Stage))}");
        return Split(data, NamedPictures(data, cancellation), sizes, seed);
    }

    /// <summary>Writes which row is in which stage, with the hash of its picture, as JSON.</summary>
    /// <param name="data">Rows with pictures and the column Stage.</param>
    /// <param name="file">The file; it is replaced where it exists.</param>
    /// <param name="cancellation">Stops between two pictures.</param>
    /// <exception cref="IOException">The file cannot be written.</exception>
    [SuppressMessage(
        "Performance", "CA1822:Mark members as static", Justification = "Everything is reached through mlContext.Pathology().")]
    public void SaveSplit(IDataView data, string file, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(data);
        ArgumentException.ThrowIfNullOrEmpty(file);
        SplitFile.Write(file, NamedPictures(data, cancellation));
    }

    /// <summary>Gives rows the stages that <see cref="SaveSplit"/> wrote; rows that the file does not name are left out.</summary>
    /// <param name="data">Rows with pictures, of the set that was split.</param>
    /// <param name="file">The file.</param>
    /// <param name="cancellation">Stops between two pictures.</param>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="InvalidDataException">The file is no split, or one of another set.</exception>
    public PathologySplit LoadSplit(IDataView data, string file, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(data);
        ArgumentException.ThrowIfNullOrEmpty(file);
        (string?[] stages, SplitReport report) = SplitFile.Read(file, NamedPictures(data, cancellation));
        int missing = report.Stages.Sum(stage => stage.Asked - stage.Rows);
        if (missing > 0)
            Report($"{file}: {missing} of its rows are not in the set", warn: true);
        return new PathologySplit(data, stages, report);
    }

    /// <summary>
    /// Looks for what two stages share: groups; equal pictures; nearly equal ones (64-bit difference hash, any of 8 orientations, at most 6
    /// bits apart); and pictures that overlap, or of which one was cut from the other, bordered, scaled or turned by some degrees.
    /// </summary>
    /// <param name="data">Rows with pictures and the column Stage.</param>
    /// <param name="cancellation">Stops between two pictures.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no column Stage, or it is no text.</exception>
    public LeakReport FindLeaks(IDataView data, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(data);
        PathologySchema.Check(data.Schema, PathologyRowNeeds.Image);
        if (data.Schema.GetColumnOrNull(PathologyColumns.Stage) is null)
            throw new ArgumentOutOfRangeException(
                nameof(data), $"column [{PathologyColumns.Stage}] is missing, expected text; Split adds it");
        LeakReport report = LeakFinder.Find(
            RowPicture<PictureFingerprint>.OfRows(data, PictureFingerprint.Of, known: null, cancellation), cancellation);
        Report(report.ToString(), !report.IsClean);
        return report;
    }

    /// <summary>
    /// A control: the rows with grey pictures of the same size. What a model still gets right on them it did not see.
    /// </summary>
    /// <param name="data">Rows with pictures.</param>
    /// <returns>The rows; every other column passes through, pictures are made where somebody asks.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The column Image is missing or no image.</exception>
    [SuppressMessage(
        "Performance", "CA1822:Mark members as static", Justification = "Everything is reached through mlContext.Pathology().")]
    public IDataView BlankPictures(IDataView data)
    {
        ArgumentNullException.ThrowIfNull(data);
        return PictureControls.Blank(data);
    }

    /// <summary>
    /// A control: the rows with their pictures dealt out anew. No row keeps its own picture, and rows about one picture stay together.
    /// </summary>
    /// <param name="data">
    /// Rows with pictures. Rows of a loader are told apart by the picture's file; of any other view each distinct picture is kept in
    /// memory, compressed, while the result is used.
    /// </param>
    /// <param name="seed">Seed of the deal; default 17.</param>
    /// <returns>The rows; every other column passes through.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The column Image is missing or no image.</exception>
    /// <exception cref="ArgumentException">There are fewer than two different pictures.</exception>
    [SuppressMessage(
        "Performance", "CA1822:Mark members as static", Justification = "Everything is reached through mlContext.Pathology().")]
    public IDataView ShufflePictures(IDataView data, long seed = 17)
    {
        ArgumentNullException.ThrowIfNull(data);
        return PictureControls.Shuffled(data, seed);
    }

    /// <summary>
    /// The first rows of a view, to be looked at: pictures, questions, and what models (<c>PredictedAnswer</c>, <c>Reasoning</c>) and
    /// rewards (<c>Rollouts</c>, <c>…Reward</c>, <c>Advantage</c>) added. Shows itself as HTML in a notebook.
    /// </summary>
    /// <param name="data">Rows with questions, of ours or answered by a model.</param>
    /// <param name="maxRows">Rows at most, 1 or more; default 5.</param>
    /// <exception cref="ArgumentOutOfRangeException">
    /// <paramref name="maxRows"/> is below 1, or the column Question is missing or has another type.
    /// </exception>
    [SuppressMessage(
        "Performance", "CA1822:Mark members as static", Justification = "Everything is reached through mlContext.Pathology().")]
    public RowsPreview Preview(IDataView data, int maxRows = 5)
    {
        ArgumentNullException.ThrowIfNull(data);
        ArgumentOutOfRangeException.ThrowIfLessThan(maxRows, 1);
        return PreviewReader.Read(data, maxRows);
    }

    private static RowPicture<string>[] NamedPictures(IDataView data, CancellationToken cancellation) =>
        RowPicture<string>.OfRows(data, PictureHash.Of, view => view.PictureHashes, cancellation);

    private PathologySplit Split(IDataView data, RowPicture<string>[] rows, IReadOnlyList<StageSize> sizes, int seed)
    {
        long asked = sizes.Sum(size => (long)size.Rows);
        if (asked > rows.Length)
            throw new ArgumentOutOfRangeException(nameof(sizes), asked,
                $"the stages ask for {asked} rows of {rows.Length}; ask for fewer, or take {nameof(SplitByFractions)}");
        (string?[] stages, SplitReport report) = PictureSplitter.Split(rows, sizes, seed);
        Report(report.ToString(), !report.IsExact);
        return new PathologySplit(data, stages, report);
    }

    private PathologyDataView Tell(PathologyDataView view)
    {
        Report(view.LoadReport.ToString(), view.LoadReport.Faults.Count + view.LoadReport.Warnings.Count > 0);
        return view;
    }

    /// <summary>
    /// Writes a message to ML.NET's log (<c>MLContext.Log</c>, source <c>PathologyData</c>): for extension methods of this catalog.
    /// </summary>
    /// <param name="message">The message.</param>
    public void Log(string message)
    {
        ArgumentNullException.ThrowIfNull(message);
        Report(message, warn: false);
    }

    private void Report(string message, bool warn)
    {
        using var channel = new MessageChannel(_environment, "PathologyData");
        if (warn)
            channel.Warning(message);
        else
            channel.Info(message);
    }
}
