using System.Text.RegularExpressions;

namespace PathVlm.Architecture.Tests;

/// <summary>Rules of every source file; CONTRIBUTING says why.</summary>
public sealed partial class SourceRulesTests
{
    private const int MostColumns = 140;
    private const int MostLines = 400;
    private const int MostFiles = 15;

    [Fact]
    public void TheNamespaceIsTheFolder() => AssertNone(SourceFile.All
        .Where(file => file.Namespace is { } space && space.StartsWith("PathVlm", StringComparison.Ordinal))
        .Where(file => file.Namespace != (file.Folder.Length == 0 ? file.Project : $"{file.Project}.{file.Folder.Replace('/', '.')}"))
        .Select(file => $"{file.Path}: namespace {file.Namespace}"));

    [Fact]
    public void AFileWithTypesHasANamespace() => AssertNone(SourceFile.All
        .Where(file => file.Namespace is null && file.Lines.Any(line => TypeLine().IsMatch(line))).Select(file => file.Path));

    [Fact]
    public void NoLineIsLongerThanAScreen() => AssertNone(SourceFile.All
        .SelectMany(file => file.Lines.Select((line, at) => (file.Path, Line: at + 1, line.Length)))
        .Where(found => found.Length > MostColumns).Select(found => $"{found.Path}({found.Line}): {found.Length} columns"));

    [Fact]
    public void AFileHoldsOneConcept() => AssertNone(SourceFile.All
        .Where(file => file.Lines.Length > MostLines).Select(file => $"{file.Path}: {file.Lines.Length} lines"));

    [Fact]
    public void AFolderHoldsOneSubject() => AssertNone(SourceFile.All
        .Where(file => file.Path.StartsWith("src/", StringComparison.Ordinal)).GroupBy(file => $"src/{file.Project}/{file.Folder}")
        .Where(folder => folder.Count() > MostFiles).Select(folder => $"{folder.Key}: {folder.Count()} files"));

    [Fact]
    public void MessagesSayWhatWasExpected() => AssertNone(SourceFile.All
        .Where(file => file.Path.StartsWith("src/", StringComparison.Ordinal))
        .SelectMany(file => file.Lines.Select((line, at) => (file.Path, Line: at + 1, Text: line)))
        .Where(found => !found.Text.TrimStart().StartsWith("//", StringComparison.Ordinal) && TakesInAText().IsMatch(found.Text))
            .Select(found => $"{found.Path}({found.Line}): {found.Text.Trim()}"));

    private static void AssertNone(IEnumerable<string> faults)
    {
        string[] found = [.. faults];
        Assert.True(found.Length == 0, $"{found.Length}:\n{string.Join('\n', found)}");
    }

    [GeneratedRegex(@"^\s*(?:public |internal )?(?:sealed |static |abstract |partial |readonly )*(?:class|struct|record|interface|enum) ")]
    private static partial Regex TypeLine();

    [GeneratedRegex(@"got .*takes |""[^""]*\btakes\b")]
    private static partial Regex TakesInAText();
}
