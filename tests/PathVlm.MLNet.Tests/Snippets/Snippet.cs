using PathVlm.Testing;

namespace PathVlm.MLNet.Tests.Snippets;

/// <summary>The marked lines of a file in this folder, as the README shows them.</summary>
internal static class Snippet
{
    public static string[] LinesOf(string name)
    {
        string path = Path.Combine(ReferenceSet.Repository, "tests", "PathVlm.MLNet.Tests", "Snippets", name + ".cs");
        List<string> lines = [];
        bool inside = false;
        foreach (string line in File.ReadAllLines(path))
        {
            if (line.Trim() == "// </snippet>") inside = false;
            else if (line.Trim() == "// <snippet>")
            {
                if (lines.Count > 0) lines.Add("");
                inside = true;
            }
            else if (inside) lines.Add(line.StartsWith("        ", StringComparison.Ordinal) ? line[8..] : line);
        }
        return [.. lines];
    }
}
