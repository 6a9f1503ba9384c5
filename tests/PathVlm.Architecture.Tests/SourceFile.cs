using System.Text.RegularExpressions;
using PathVlm.Testing;

namespace PathVlm.Architecture.Tests;

/// <summary>A C# file of <c>src</c>, <c>tests</c> or <c>benchmarks</c>.</summary>
/// <param name="Path">Path inside the repository, with slashes: src/PathVlm.Modeling/Vision/VisionTower.cs.</param>
/// <param name="Lines">Its lines.</param>
internal sealed partial record SourceFile(string Path, string[] Lines)
{
    private static readonly string[] Roots = ["src", "tests", "benchmarks"];

    /// <summary>All files, in order of their paths.</summary>
    public static IReadOnlyList<SourceFile> All { get; } = [.. Roots.SelectMany(Read).OrderBy(file => file.Path, StringComparer.Ordinal)];

    /// <summary>The project's folder, such as PathVlm.Modeling.</summary>
    public string Project => Path.Split('/')[1];

    /// <summary>The folder inside the project, with slashes; empty for the project's root.</summary>
    public string Folder => string.Join('/', Path.Split('/')[2..^1]);

    /// <summary>The namespace that the file declares; null if it declares none.</summary>
    public string? Namespace => Lines.Select(line => NamespaceLine().Match(line)).FirstOrDefault(match => match.Success)?.Groups[1].Value;

    /// <summary>The namespaces that its using directives name.</summary>
    public IEnumerable<string> Usings =>
        Lines.Select(line => UsingLine().Match(line)).Where(match => match.Success).Select(match => match.Groups[1].Value);

    /// <summary>The files of a project of <c>src</c>.</summary>
    public static IEnumerable<SourceFile> Of(string project) =>
        All.Where(file => file.Path.StartsWith($"src/{project}/", StringComparison.Ordinal));

    /// <summary>The folders of a project of <c>src</c> that hold files with a namespace.</summary>
    public static IReadOnlyList<string> FoldersOf(string project) =>
        [.. Of(project).Where(file => file.Namespace?.StartsWith("PathVlm", StringComparison.Ordinal) == true).Select(file => file.Folder)
            .Distinct()];

    private static IEnumerable<SourceFile> Read(string root) =>
        Directory.EnumerateFiles(System.IO.Path.Combine(ReferenceSet.Repository, root), "*.cs", SearchOption.AllDirectories)
            .Select(path => System.IO.Path.GetRelativePath(ReferenceSet.Repository, path).Replace('\\', '/'))
            .Where(path => !path.Split('/').Any(part => part is "obj" or "bin"))
            .Select(path => new SourceFile(path, File.ReadAllLines(System.IO.Path.Combine(ReferenceSet.Repository, path))));

    [GeneratedRegex(@"^namespace\s+([\w.]+)")]
    private static partial Regex NamespaceLine();

    [GeneratedRegex(@"^\s*(?:global\s+)?using\s+(?:static\s+)?(?:\w+\s*=\s*)?([\w.]+)\s*;")]
    private static partial Regex UsingLine();
}
