using PathVlm.Modeling.Configuration;
using PathVlm.Modeling.Files;

namespace PathVlm.MLNet.Inference.Provenance;

/// <summary>Finds the licence of a model or a data set in its folder.</summary>
internal static class LicenceFinder
{
    private const long LargestFile = 1 << 20;
    private const int MostFrontMatter = 200, LongestLicence = 100;
    private static readonly string[] Files = ["LICENSE", "LICENSE.txt", "LICENSE.md", "LICENCE"];
    private static readonly string[] ResearchMarks = ["research", "non-commercial", "noncommercial", "-nc"];

    // Sizes (hidden, layers) of the published models; the weights of 3B and 72B have licences of their own.
    private static readonly Dictionary<(int Hidden, int Layers), string> Published = new()
    {
        [(2048, 36)] = "Qwen Research (by its sizes Qwen2.5-VL-3B)",
        [(3584, 28)] = "Apache-2.0 (by its sizes Qwen2.5-VL-7B)",
        [(5120, 64)] = "Apache-2.0 (by its sizes Qwen2.5-VL-32B)",
        [(8192, 80)] = "Qwen (by its sizes Qwen2.5-VL-72B)",
    };

    /// <summary>What the folder states: <c>license_name</c> or <c>license</c> of its README.md, or the first line of its LICENSE.</summary>
    /// <returns>Null where it states nothing.</returns>
    public static string? Stated(string folder)
    {
        if (Lines(Path.Combine(folder, "README.md")) is { } readme && OfFrontMatter(readme) is { } stated) return Shorten(stated);
        return Files.Select(name => Lines(Path.Combine(folder, name))?.FirstOrDefault(line => !string.IsNullOrWhiteSpace(line)))
            .OfType<string>().Select(Shorten).FirstOrDefault();
    }

    /// <summary>The licence of the published model with these sizes; null where there is none.</summary>
    public static string? ByShape(ModelConfiguration configuration) =>
        Published.GetValueOrDefault((configuration.Text.HiddenSize, configuration.Text.LayerCount));

    /// <summary>Whether a licence allows research alone.</summary>
    public static bool IsResearchOnly(string? licence) =>
        licence is not null && ResearchMarks.Any(mark => licence.Contains(mark, StringComparison.OrdinalIgnoreCase));

    // license_name says more than "license: other".
    private static string? OfFrontMatter(string[] lines)
    {
        if (lines.Length == 0 || lines[0].Trim() != "---") return null;
        string[] head = [.. lines.Skip(1).Take(MostFrontMatter).TakeWhile(line => line.Trim() != "---")];
        return Value("license_name:") ?? Value("license:");

        string? Value(string name) => head.Where(line => line.StartsWith(name, StringComparison.Ordinal))
            .Select(line => line[name.Length..].Trim().Trim('"', '\'')).FirstOrDefault(value => value.Length > 0);
    }

    private static string[]? Lines(string path)
    {
        if (!InputFile.Exists(path)) return null;
        try
        {
            return InputFile.ReadText(path, LargestFile).Split('\n');
        }
        catch (InvalidDataException) // too long, or no text: it states nothing
        {
            return null;
        }
    }

    private static string Shorten(string text)
    {
        string line = text.Trim().Trim('#').Trim();
        return line.Length <= LongestLicence ? line : line[..LongestLicence];
    }
}
