using System.Text.Json;
using PathVlm.MLNet.Data.Rows;

namespace PathVlm.MLNet.Data.Loading;

/// <summary>
/// Reads OmniMedVQA: every <c>QA_information/**/*.json</c> of a folder (or one such file), each a list of rows with <c>question_id</c>,
/// <c>question</c>, <c>option_A</c> … <c>option_D</c> (two or more), <c>gt_answer</c> (the right option's text), <c>image_path</c> and
/// <c>modality_type</c> or <c>modality</c>, which becomes the subset. Options are lettered anew in their order.
/// </summary>
internal static class OmniMedVqaLoader
{
    private const string Folder = "QA_information";

    private static readonly string[] OptionNames = ["option_A", "option_B", "option_C", "option_D", "option_E", "option_F"];

    public static PathologyDataView Load(string path, string? imageFolder, IReadOnlyCollection<string>? modalities, RowFaultPolicy policy)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        string full = Path.GetFullPath(path);
        string[] files = Files(full);
        var pictures = new PictureFolder(imageFolder ?? (File.Exists(full) ? RootOf(full) : full));
        var collector = new QuestionCollector();
        var asked = new DataParts(full, modalities, null);
        foreach (string file in files)
            Read(collector, asked, file, pictures);
        asked.RefuseUnknown();
        return collector.Finish(full, policy);
    }

    private static string[] Files(string path)
    {
        if (File.Exists(path))
            return [path];
        string folder = Path.Combine(path, Folder);
        if (!Directory.Exists(folder))
            throw new DirectoryNotFoundException($"[{path}] is no OmniMedVQA set: it has no folder {Folder}");
        string[] files = [.. Directory.EnumerateFiles(folder, "*.json", SearchOption.AllDirectories).Order(StringComparer.Ordinal)];
        return files.Length > 0 ? files : throw new FileNotFoundException($"folder [{folder}] holds no *.json, nor do its folders");
    }

    // Of a file QA_information/x/y.json the pictures lie beside QA_information; of any other file beside itself.
    private static string RootOf(string file)
    {
        for (DirectoryInfo? folder = Directory.GetParent(file); folder is not null; folder = folder.Parent)
            if (folder.Name == Folder && folder.Parent is not null)
                return folder.Parent.FullName;
        return Path.GetDirectoryName(file)!;
    }

    private static void Read(QuestionCollector collector, DataParts asked, string file, PictureFolder pictures)
    {
        using JsonDocument document = JsonFiles.Read(file);
        if (document.RootElement.ValueKind != JsonValueKind.Array)
            throw new InvalidDataException($"{file}: is {JsonFiles.Describe(document.RootElement)}; expected a list of rows");
        int place = 0;
        foreach (JsonElement row in document.RootElement.EnumerateArray())
        {
            string unnamed = $"{Path.GetFileNameWithoutExtension(file)}/(place {++place})";
            if (row.ValueKind != JsonValueKind.Object)
            {
                collector.AddFault(file, unnamed, "row", $"is {JsonFiles.Describe(row)}; expected an object");
                continue;
            }
            string modality = FirstText(row, "modality_type", "modality");
            if (asked.Take(modality, ""))
                Add(collector, file, unnamed, modality, row, pictures);
        }
    }

    private static void Add(
        QuestionCollector collector, string file, string unnamed, string modality, JsonElement row, PictureFolder pictures)
    {
        string id = JsonFiles.TextOrEmpty(row, "question_id").Trim();
        (RawField Field, string Name)[] options = [.. OptionNames.Select(name => (JsonFiles.Field(row, name), name))];
        RawField? wrong = options.Select(option => option.Field).FirstOrDefault(field => field.Fault is not null);
        string[] texts = [.. options.Select(option => option.Field.Text).Where(text => !string.IsNullOrWhiteSpace(text)).Select(
            text => text!.Trim())];
        collector.Add(file, new RawRow(id.Length > 0 ? id : unnamed)
        {
            Image = JsonFiles.Field(row, "image_path"),
            Question = JsonFiles.Field(row, "question"),
            Options = wrong ?? new RawField("option_A …", ""),
            OptionTexts = wrong is null ? texts : null,
            Unlabelled = true,
            Answer = JsonFiles.Field(row, "gt_answer"),
            Subset = modality,
        }, pictures);
    }

    private static string FirstText(JsonElement row, params string[] names) =>
        names.Select(name => JsonFiles.TextOrEmpty(row, name).Trim()).FirstOrDefault(text => text.Length > 0) ?? "";
}
