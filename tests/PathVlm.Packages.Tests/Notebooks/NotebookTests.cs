using PathVlm.Packages.Tests.Support;
using PathVlm.Testing;

namespace PathVlm.Packages.Tests.Notebooks;

/// <summary>
/// The notebooks of the repository, run by .NET Interactive's C# kernel from the packages, outside the repository. Cells tagged
/// <c>same</c> have to show what the committed notebook shows; of the others, that they run and show the same kinds of things. With
/// PATHVLM_RECORD_NOTEBOOKS=1 the notebooks are replaced by what was run.
/// </summary>
[Collection(PackageFeedTests.Name)]
public sealed class NotebookTests(PackageFeed feed)
{
    private const string RecordVariable = "PATHVLM_RECORD_NOTEBOOKS";
    private const int MostBytes = 1 << 20;

    public static TheoryData<string> Names => [.. Notebook.Names];

    [Theory]
    [MemberData(nameof(Names))]
    public void ANotebookRunsAndShowsWhatItShowed(string name)
    {
        ForgetEarlierPackages();
        string folder = Directory.CreateDirectory(Path.Combine(feed.Work, "notebooks")).FullName;
        string written = Path.Combine(folder, name + ".ipynb");
        string committed = Path.Combine(Notebook.Folder, name + ".ipynb");
        Command.Succeed(folder, feed.NotebookVariables, Command.DotNet, Runner, committed, written);
        if (Environment.GetEnvironmentVariable(RecordVariable) == "1") File.Copy(written, committed, overwrite: true);

        IReadOnlyList<NotebookCell> before = Notebook.Read(committed).Cells, after = Notebook.Read(written).Cells;
        Assert.Equal(before.Count, after.Count);
        foreach ((NotebookCell was, NotebookCell now) in before.Zip(after))
        {
            Assert.Equal(was.Source, now.Source);
            Assert.True(was.Kinds.SequenceEqual(now.Kinds),
                $"{name}: the cell [{was.Source}] showed {string.Join(", ", was.Kinds)}, shows {string.Join(", ", now.Kinds)}");
            if (was.IsKey) Assert.Equal(was.Shown, now.Shown);
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void ANotebookIsCommittedWithItsOutputsAndNamesNoFolderOfAMachine(string name)
    {
        string path = Path.Combine(Notebook.Folder, name + ".ipynb");
        Notebook notebook = Notebook.Read(path);
        Assert.All(notebook.Cells, cell => Assert.True(cell.WasRun, cell.Source));
        Assert.DoesNotContain(notebook.Cells, cell => cell.Kinds.Contains("error"));
        Assert.True(notebook.Cells.Count(cell => cell.IsKey) >= 2, $"{name}: expected two cells or more that are compared");
        Assert.Contains(notebook.Cells, cell => cell.Shown.Contains("<img", StringComparison.Ordinal));
        string[] folders = [ReferenceSet.Repository, Path.GetTempPath(), Environment.GetFolderPath(Environment.SpecialFolder.UserProfile)];
        string text = File.ReadAllText(path);
        Assert.All(folders.Where(folder => folder.Length > 1), folder => Assert.DoesNotContain(folder, text, StringComparison.Ordinal));
        Assert.InRange(new FileInfo(path).Length, 1, MostBytes);
    }

    // The kernel keeps, by the text of a #r line, where its packages were found: those of an earlier build would be taken for these.
    private static void ForgetEarlierPackages()
    {
        string cache = Path.Combine(
            Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".packagemanagement", "nuget", "Cache");
        if (!Directory.Exists(cache)) return;
        foreach (string paths in Directory.GetFiles(cache, "*.resolvedReferences.paths"))
            if (File.ReadAllText(paths).Contains("pathvlm.", StringComparison.OrdinalIgnoreCase))
                File.Delete(paths);
    }

    // Built beside the tests, in the same configuration: …/bin/PathVlm.Packages.Tests/release/ -> …/bin/PathVlm.NotebookRunner/release/
    private static string Runner
    {
        get
        {
            DirectoryInfo configuration = new(AppContext.BaseDirectory.TrimEnd(Path.DirectorySeparatorChar));
            return Path.Combine(
                configuration.Parent!.Parent!.FullName, "PathVlm.NotebookRunner", configuration.Name, "PathVlm.NotebookRunner.dll");
        }
    }
}
