using System.Reflection;
using System.Runtime.CompilerServices;
using PathVlm.Testing;

namespace PathVlm.Architecture.Tests;

/// <summary>Who sees the internals of whom: tests and benchmarks, and PathVlm.MLNet a list of PathVlm.Modeling's.</summary>
public sealed class FriendshipTests
{
    private static readonly OurProject Modeling = OurProject.Named("PathVlm.Modeling");

    public static TheoryData<string> Projects => [.. OurProject.All.Select(project => project.Name)];

    [Theory]
    [MemberData(nameof(Projects))]
    public void OnlyTestsAndBenchmarksAreFriends(string project)
    {
        string[] strangers = [.. OurProject.Named(project).Assembly.GetCustomAttributes<InternalsVisibleToAttribute>()
            .Select(friend => friend.AssemblyName)
            .Where(friend => !friend.EndsWith(".Tests", StringComparison.Ordinal) && friend != "PathVlm.Benchmarks")];
        Assert.Equal(project == "PathVlm.Modeling" ? ["PathVlm.MLNet"] : [], strangers);
    }

    [Fact]
    public void TheInternalsOfModelingThatTheComponentsUseAreThoseThatTheArchitecturePageNames()
    {
        OurProject components = OurProject.Named("PathVlm.MLNet");
        string[] used = [.. AssemblyUses.Of(components.Assembly).SelectMany(use => InternalOwners(use.Used))
            .Select(type => type.Name.Split('`')[0]).Distinct().Order(StringComparer.Ordinal)];
        string[] named = [.. Named()];
        Assert.True(used.SequenceEqual(named),
            $"used, not named: {string.Join(", ", used.Except(named))}\nnamed, not used: {string.Join(", ", named.Except(used))}");
    }

    private static IEnumerable<Type> InternalOwners(MemberInfo member)
    {
        bool hidden = member switch
        {
            MethodBase method => method.IsAssembly || method.IsFamilyAndAssembly,
            FieldInfo field => field.IsAssembly || field.IsFamilyAndAssembly,
            _ => false,
        };
        return AssemblyUses.TypesOf(member).Where(type => type.Assembly == Modeling.Assembly && Modeling.FolderOf(type) is not null)
            .Where(type => !type.IsPublic || (hidden && type == AssemblyUses.TypesOf(member).First()));
    }

    // The list under the heading "Friends" of docs/architecture.md: an item per type, its name in backticks first.
    private static IEnumerable<string> Named()
    {
        string page = File.ReadAllText(Path.Combine(ReferenceSet.Repository, "docs", "architecture.md"));
        string section = page.Split("\n## Friends\n")[1].Split("\n## ")[0];
        return section.Split('\n').Where(line => line.StartsWith("- `", StringComparison.Ordinal)).Select(line => line.Split('`')[1])
            .Order(StringComparer.Ordinal);
    }
}
