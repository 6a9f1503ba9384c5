using System.Reflection;

namespace PathVlm.Architecture.Tests;

/// <summary>
/// Which folder may use which. <see cref="FolderOrder"/> names every folder of every project, and a folder uses only itself and those
/// named before it. Folders of one parent stand together, so that the order holds for the parents as well: there is no cycle between
/// folders at any depth. Uses are read from the compiled code, where a fully qualified name or an inferred type counts too, and, since
/// the compiler leaves no trace of a constant, from the using directives of the sources.
/// </summary>
public sealed class FolderOrderTests
{
    public static TheoryData<string> Projects => [.. OurProject.All.Select(project => project.Name)];

    [Theory]
    [MemberData(nameof(Projects))]
    public void EveryFolderHasOnePlace(string project) =>
        Assert.Equal(SourceFile.FoldersOf(project).Order(StringComparer.Ordinal), FolderOrder.Of(project).Order(StringComparer.Ordinal));

    [Theory]
    [MemberData(nameof(Projects))]
    public void FoldersOfOneParentStandTogether(string project)
    {
        IReadOnlyList<string> order = FolderOrder.Of(project);
        for (int depth = 1; depth <= order.Max(folder => folder.Split('/').Length); depth++)
        {
            string[] parents = [.. order.Select(folder => string.Join('/', folder.Split('/').Take(depth)))];
            string[] runs = [.. parents.Where((parent, place) => place == 0 || parents[place - 1] != parent)];
            Assert.Equal(runs.Distinct(), runs);
        }
    }

    [Theory]
    [MemberData(nameof(Projects))]
    public void CodeUsesOnlyFoldersBeforeItsOwn(string project)
    {
        OurProject ours = OurProject.Named(project);
        IReadOnlyList<string> order = FolderOrder.Of(project);
        SortedSet<string> faults = new(StringComparer.Ordinal);
        foreach ((Type user, MemberInfo used) in AssemblyUses.Of(ours.Assembly))
        {
            if (ours.FolderOf(user) is not { } from) continue;
            foreach (Type target in AssemblyUses.TypesOf(used))
                if (ours.FolderOf(target) is { } to && Rank(order, to) > Rank(order, from))
                    faults.Add($"{from}: {user.Name} uses {to}: {target.Name}");
        }

        Assert.True(faults.Count == 0, string.Join("\n", faults));
    }

    [Theory]
    [MemberData(nameof(Projects))]
    public void UsingDirectivesNameOnlyFoldersBeforeTheirOwn(string project)
    {
        IReadOnlyList<string> order = FolderOrder.Of(project);
        string[] faults = [.. SourceFile.Of(project).SelectMany(file => file.Usings
            .Where(space => space.StartsWith(project + ".", StringComparison.Ordinal))
            .Select(space => space[(project.Length + 1)..].Replace('.', '/'))
            .Where(folder => order.Contains(folder) && Rank(order, folder) > Rank(order, file.Folder))
            .Select(folder => $"{file.Path}: uses {folder}"))];
        Assert.True(faults.Length == 0, string.Join("\n", faults));
    }

    private static int Rank(IReadOnlyList<string> order, string folder)
    {
        int rank = order.ToList().IndexOf(folder);
        return rank >= 0 ? rank : throw new InvalidOperationException($"folder [{folder}] has no place in FolderOrder");
    }
}
