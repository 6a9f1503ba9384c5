using System.Text.Json;
using PathVlm.Testing;

namespace PathVlm.Packages.Tests.Notebooks;

/// <summary>A notebook's code cells with what they showed.</summary>
/// <param name="Name">The file's name without extension.</param>
/// <param name="Cells">Its code cells, in their order.</param>
internal sealed record Notebook(string Name, IReadOnlyList<NotebookCell> Cells)
{
    /// <summary>The folder of the repository.</summary>
    public static string Folder { get; } = Path.Combine(ReferenceSet.Repository, "notebooks");

    /// <summary>Names of all notebooks; fails where there are none.</summary>
    public static IReadOnlyList<string> Names { get; } = Find();

    /// <summary>Reads a notebook.</summary>
    public static Notebook Read(string path)
    {
        using JsonDocument document = JsonDocument.Parse(File.ReadAllText(path));
        return new Notebook(Path.GetFileNameWithoutExtension(path), [.. document.RootElement.GetProperty("cells").EnumerateArray()
            .Where(cell => cell.GetProperty("cell_type").GetString() == "code").Select(NotebookCell.Read)]);
    }

    private static string[] Find()
    {
        string[] names = [.. Directory.EnumerateFiles(Folder, "*.ipynb").Select(path => Path.GetFileNameWithoutExtension(path)!)
            .Order(StringComparer.Ordinal)];
        return names.Length > 0 ? names : throw new InvalidOperationException($"no notebooks in {Folder}");
    }
}

/// <summary>A code cell.</summary>
/// <param name="Source">Its code.</param>
/// <param name="IsKey">Whether it is marked (tag <c>same</c>) as one that shows the same on every machine.</param>
/// <param name="WasRun">Whether it has been run.</param>
/// <param name="Kinds">What it showed: <c>text/html</c>, <c>stdout</c>, <c>error</c> …</param>
/// <param name="Shown">The texts that it showed.</param>
internal sealed record NotebookCell(string Source, bool IsKey, bool WasRun, IReadOnlyList<string> Kinds, string Shown)
{
    /// <summary>Reads a cell of nbformat 4.</summary>
    public static NotebookCell Read(JsonElement cell)
    {
        List<string> kinds = [];
        List<string> shown = [];
        foreach (JsonElement output in cell.GetProperty("outputs").EnumerateArray())
        {
            if (output.TryGetProperty("data", out JsonElement data))
                foreach (JsonProperty form in data.EnumerateObject())
                {
                    kinds.Add(form.Name);
                    shown.Add(Text(form.Value));
                }
            else
            {
                kinds.Add(output.TryGetProperty("name", out JsonElement name) ? name.GetString()!
                    : output.GetProperty("output_type").GetString()!);
                if (output.TryGetProperty("text", out JsonElement text)) shown.Add(Text(text));
            }
        }

        bool isKey = cell.GetProperty("metadata").TryGetProperty("tags", out JsonElement tags)
            && tags.EnumerateArray().Any(tag => tag.GetString() == "same");
        bool wasRun = cell.GetProperty("execution_count").ValueKind == JsonValueKind.Number;
        return new NotebookCell(Text(cell.GetProperty("source")), isKey, wasRun, kinds, string.Join('\n', shown));
    }

    private static string Text(JsonElement value) => value.ValueKind == JsonValueKind.Array
        ? string.Concat(value.EnumerateArray().Select(line => line.GetString())) : value.GetString() ?? "";
}
