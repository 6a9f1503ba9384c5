using PathVlm.MLNet.Data.Faults;
using PathVlm.MLNet.Data.Loading.Layouts;
using PathVlm.MLNet.Data.Loading.Records;
using PathVlm.MLNet.Data.Rows;
using PathVlm.Modeling.Options;

namespace PathVlm.MLNet.Data.Loading;

/// <summary>Loads a set: finds its files, recognises the layout of its rows, reads them and checks them.</summary>
internal static class SetLoader
{
    private const string Images = "images";
    private static readonly string[] TextExtensions = [".jsonl", ".json", ".csv", ".tsv"];

    /// <summary>Loads a set of any known layout.</summary>
    public static PathologyDataView Load(string path, PathologyLoadOptions options)
    {
        OptionRules.Validate(options);
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        if (Directory.Exists(Path.Combine(path, SourceFiles.OmniMedVqaFolder)))
            return LoadOmniMedVqa(path, options);
        IReadOnlyList<SourceFile> files = SourceFiles.Find(path, [.. TextExtensions, .. options.Readers.SelectMany(r => r.Extensions)]);
        return files.Count > 0 ? Load(path, files, options, layout: null, Images) : LoadClasses(Path.GetFullPath(path), options);
    }

    /// <summary>Loads a set in PathMMU's layout.</summary>
    public static PathologyDataView LoadPathMmu(string path, PathologyLoadOptions options)
    {
        OptionRules.Validate(options);
        IReadOnlyList<SourceFile> files = SourceFiles.Find(path, [".json"]);
        return files.Count > 0
            ? Load(path, files, options, new PathMmuLayout(), Images)
            : throw new FileNotFoundException($"folder [{Path.GetFullPath(path)}] holds no data.json and no other *.json", path);
    }

    /// <summary>Loads a set in OmniMedVQA's layout.</summary>
    public static PathologyDataView LoadOmniMedVqa(string path, PathologyLoadOptions options)
    {
        OptionRules.Validate(options);
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        PathologyLoadOptions placed = options.WithImageFolder(options.ImageFolder ?? SourceFiles.OmniMedVqaPictures(path));
        return Load(path, SourceFiles.FindOmniMedVqa(path), placed, new OmniMedVqaLayout(), fallback: null);
    }

    private static PathologyDataView Load(
        string path, IReadOnlyList<SourceFile> files, PathologyLoadOptions options, RowLayout? layout, string? fallback)
    {
        string source = files.Count == 1 ? files[0].Path : Path.GetFullPath(path);
        var pictures = new PictureFolder(
            options.ImageFolder ?? Path.GetDirectoryName(files[0].Path)!, options.ImageFolder is null ? fallback : null);
        var asked = new DataParts(source, options.Subsets, options.Splits);
        var embedded = new EmbeddedPictures(options.PictureCache);
        SourceFile[] wanted = [.. files.Where(
            file => ReaderOf(file, options) is null || file.Split.Length == 0 || asked.TakeSplit(file.Split))];
        Dictionary<SourceFile, DataRecord[]> held = []; // of files with pictures inside, which are read once; the pictures are in files
        // The set is read for its layout, for its rows, and once more where a number may be an answer's place: no pass holds all records.
        IEnumerable<DataValue> sound = AllRecords().Where(record => record.Fault is null).Select(record => record.Row);
        RowLayout read = layout ?? (sound.Any() ? KnownLayouts.Recognise(source, sound) : new PathMmuLayout());
        Lazy<bool> countsFromZero = new(() => AllRecords().Any(record => record.Fault is null && read.Read(record).AnswerPlace == 0));
        var collector = new QuestionCollector(options);
        bool isEmpty = true;
        foreach (DataRecord record in AllRecords())
        {
            options.Cancellation.ThrowIfCancellationRequested();
            isEmpty = false;
            if (record.Fault is not null)
            {
                collector.AddFault(record.File, NameOf(record), "row", record.Fault);
                continue;
            }

            RawRow row = read.Read(record);
            if (asked.Take(row.Subset, row.Split))
                collector.Add(record.File, row.AnswerPlace is null || countsFromZero.Value ? row : WithoutPlace(row), pictures);
        }

        asked.RefuseUnknown();
        if (isEmpty)
            throw DataFault.Create($"{source}: holds no row that was asked for");
        return collector.Finish(source, read.Name);

        IEnumerable<DataRecord> AllRecords() => wanted.SelectMany(
            file => ReaderOf(file, options) is null ? Records(file, options) : Held(file));

        DataRecord[] Held(SourceFile file)
        {
            if (!held.TryGetValue(file, out DataRecord[]? records))
                held[file] = records = [.. Records(file, options).Select(embedded.Stored)];
            return records;
        }
    }

    // Numbers that name options may count from 0 or from 1: which, only a 0 tells.
    private static RawRow WithoutPlace(RawRow row) => row with
    {
        AnswerPlace = null,
        Answer = row.Answer with
        {
            Text = null,
            Fault = $"is the number {row.AnswerPlace}, and no row has 0, so that it may count the options from 0 or from 1; "
                + "expected a letter or a text",
        },
    };

    private static string NameOf(DataRecord record) =>
        string.Concat(new[] { record.Subset, record.Split }.Where(part => part.Length > 0).Select(part => part + "/")) + record.Name;

    private static IEnumerable<DataRecord> Records(SourceFile file, PathologyLoadOptions options)
    {
        string extension = Path.GetExtension(file.Path).ToLowerInvariant();
        IEnumerable<DataRecord> records = ReaderOf(file, options) is { } reader
            ? reader.Read(file.Path)
            : extension switch
            {
                ".jsonl" => JsonRecords.ReadLines(file.Path, options.Encoding),
                ".csv" or ".tsv" => TableRecords.Read(file.Path, options.Encoding),
                ".parquet" => throw DataFault.Create(
                    $"{file.Path}: is a Parquet file; expected JSON, JSON lines or CSV, or the reader of the package PathVlm.Parquet"),
                _ => JsonRecords.Read(file.Path, options.Encoding),
            };
        return file.Split.Length == 0 ? records : records.Select(
            record => record.Split.Length > 0 ? record : record with { Split = file.Split });
    }

    // The reader that the options name for a file; null for those that are built in.
    private static IRecordReader? ReaderOf(SourceFile file, PathologyLoadOptions options) => options.Readers.FirstOrDefault(
        reader => reader.Extensions.Contains(Path.GetExtension(file.Path).ToLowerInvariant()));

    private static PathologyDataView LoadClasses(string folder, PathologyLoadOptions options)
    {
        IReadOnlyList<RawRow> rows = ClassFolders.Read(folder, options.ClassQuestion);
        if (rows.Count == 0)
            throw new FileNotFoundException(
                $"folder [{folder}] holds no questions.jsonl, no data.json, no other *.jsonl, *.json, *.csv or *.tsv, and no two folders "
                + "of pictures by class", folder);
        var collector = new QuestionCollector(options);
        var pictures = new PictureFolder(folder);
        var asked = new DataParts(folder, options.Subsets, options.Splits);
        foreach (RawRow row in rows.Where(row => asked.Take(row.Subset, row.Split)))
            collector.Add(folder, row, pictures);
        asked.RefuseUnknown();
        return collector.Finish(folder, ClassFolders.Name);
    }
}
