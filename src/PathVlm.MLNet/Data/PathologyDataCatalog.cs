using Microsoft.ML.Runtime;
using PathVlm.MLNet.Data.Loading;

namespace PathVlm.MLNet.Data;

/// <summary>Loads, splits and checks sets of pathology questions: <c>mlContext.Pathology().Data</c>.</summary>
public sealed class PathologyDataCatalog
{
    private readonly IHostEnvironment environment;

    internal PathologyDataCatalog(IHostEnvironment environment) => this.environment = environment;

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
    public PathologyDataView LoadPathMmu(string path, IReadOnlyCollection<string>? subsets = null, IReadOnlyCollection<string>? splits = null,
        string? imageFolder = null, RowFaultPolicy rowFaults = RowFaultPolicy.Fail) =>
        Tell(PathMmuLoader.Load(path, imageFolder, subsets, splits, rowFaults));

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
        Tell(OmniMedVqaLoader.Load(path, imageFolder, modalities, rowFaults));

    /// <summary>
    /// Loads pictures of one's own, listed in JSON lines or CSV. Columns: <c>image</c>, <c>question</c>, <c>options</c>, <c>answer</c>; may be
    /// missing: <c>id</c> (default the line), <c>explanation</c>, <c>subset</c>, <c>stage</c>. <c>options</c> is a list in JSON; in CSV one text
    /// with <c>|</c> between options, or columns <c>option_a</c>, <c>option_b</c> … instead. Options without labels are lettered; the answer
    /// is an option, its letter or its text.
    /// </summary>
    /// <param name="path">The list, or the folder of <c>questions.jsonl</c> (or of its only *.jsonl or *.csv).</param>
    /// <param name="imageFolder">Folder that <c>image</c> starts from; default the list's own folder.</param>
    /// <param name="rowFaults">What is done with rows that cannot be used; default <see cref="RowFaultPolicy.Fail"/>.</param>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="InvalidDataException">The file is no such list, or a row cannot be used (message: file, row, field).</exception>
    public PathologyDataView LoadFolder(string path, string? imageFolder = null, RowFaultPolicy rowFaults = RowFaultPolicy.Fail) =>
        Tell(PictureFolderLoader.Load(path, imageFolder, rowFaults));

    private PathologyDataView Tell(PathologyDataView view)
    {
        using IChannel channel = environment.Start("Pathology data");
        if (view.LoadReport.Faults.Count > 0)
            channel.Warning(view.LoadReport.ToString());
        else
            channel.Info(view.LoadReport.ToString());
        return view;
    }
}
