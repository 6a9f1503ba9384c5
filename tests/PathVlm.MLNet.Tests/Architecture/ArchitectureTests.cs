using System.Reflection;
using PathVlm.Modeling.Configuration;

namespace PathVlm.MLNet.Tests.Architecture;

/// <summary>What may use what. Read from the compiled assemblies, so a fully qualified name or an inferred type counts as well.</summary>
public sealed class ArchitectureTests
{
    private static readonly Assembly Components = typeof(PathologyCatalog).Assembly;
    private static readonly Assembly Modeling = typeof(ModelConfiguration).Assembly;

    /// <summary>Folders of PathVlm.Modeling, lowest first; those of one line don't use each other, those joined by + do.</summary>
    private static readonly string[][] ModelingOrder =
    [
        ["Configuration"],
        ["Processing", "Checkpoints"],
        ["Sequences"],
        ["Parameters+Layers"],
        ["Vision", "Language", "Heads"],
        ["Adapters", "Native"],
        [""],
        ["Generation"],
    ];

    /// <summary>Folders of PathVlm.MLNet, lowest first. Rewards reads answers, so what answers rows (Inference) stands above it.</summary>
    private static readonly string[][] ComponentOrder =
    [
        ["Persistence"],
        ["Data"],
        ["Rewards"],
        ["Inference"],
        ["Evaluation"],
        ["Training"],
        [""],
    ];

    [Fact]
    public void OnlyPersistenceUsesInternalsOfMLNet()
    {
        string[] found = [.. AssemblyUses.Of(Components)
            .Where(use => !Folder(use.User, "PathVlm.MLNet").Equals("Persistence", StringComparison.Ordinal))
            .Where(use => use.User.Namespace?.StartsWith("PathVlm", StringComparison.Ordinal) == true)
            .Where(use => IsInternalOfMLNet(use.Used))
            .Select(use => $"{use.User} uses {use.Used.DeclaringType}.{use.Used.Name}").Distinct()];
        Assert.True(found.Length == 0, string.Join("\n", found));
    }

    [Fact]
    public void PersistenceUsesInternalsOfMLNet() =>
        Assert.Contains(AssemblyUses.Of(Components), use => Folder(use.User, "PathVlm.MLNet") == "Persistence" && IsInternalOfMLNet(use.Used));

    [Fact]
    public void ModelingKnowsNothingOfMLNet() =>
        Assert.DoesNotContain(Modeling.GetReferencedAssemblies(), name => name.Name!.StartsWith("Microsoft.ML", StringComparison.Ordinal) && name.Name != "Microsoft.ML.Tokenizers");

    [Fact]
    public void ModelingFoldersUseOnlyLowerOnes() => AssertOrder(Modeling, "PathVlm.Modeling", ModelingOrder);

    [Fact]
    public void ComponentFoldersUseOnlyLowerOnes() => AssertOrder(Components, "PathVlm.MLNet", ComponentOrder);

    private static void AssertOrder(Assembly assembly, string root, string[][] order)
    {
        HashSet<string> faults = [];
        foreach ((Type user, MemberInfo used) in AssemblyUses.Of(assembly))
        {
            foreach (Type target in Types(used).Where(target => target.Assembly == assembly))
            {
                if (!InRoot(user, root) || !InRoot(target, root)) continue;
                string from = Group(Folder(user, root)), to = Group(Folder(target, root));
                int userRank = Array.FindIndex(order, line => line.Contains(from)), targetRank = Array.FindIndex(order, line => line.Contains(to));
                if (userRank < 0) faults.Add($"folder [{from}] has no place in the order: {user}");
                else if (from != to && targetRank >= userRank) faults.Add($"{from}: {user.Name} uses {to}: {target.Name}");
            }
        }
        Assert.True(faults.Count == 0, string.Join("\n", faults.Order(StringComparer.Ordinal)));

        string Group(string folder) => order.SelectMany(line => line).FirstOrDefault(group => group.Split('+').Contains(folder)) ?? folder;
    }

    private static bool InRoot(Type type, string root) => type.Namespace is string space && (space == root || space.StartsWith(root + ".", StringComparison.Ordinal));

    private static string Folder(Type type, string root) =>
        InRoot(type, root) && type.Namespace!.Length > root.Length ? type.Namespace[(root.Length + 1)..].Split('.')[0] : "";

    private static IEnumerable<Type> Types(MemberInfo member)
    {
        Type? type = member as Type ?? member.DeclaringType;
        while (type?.HasElementType == true) type = type.GetElementType();
        if (type is null || type.IsGenericParameter) yield break;
        yield return type.IsGenericType ? type.GetGenericTypeDefinition() : type;
        foreach (Type argument in type.IsGenericType ? type.GetGenericArguments() : [])
            foreach (Type inner in Types(argument)) yield return inner;
    }

    private static bool IsInternalOfMLNet(MemberInfo member)
    {
        if (Types(member).Any(type => OfMLNet(type) && !Visible(type))) return true;
        return member.DeclaringType is Type owner && OfMLNet(owner) && member switch
        {
            MethodBase method => !(method.IsPublic || method.IsFamily || method.IsFamilyOrAssembly),
            FieldInfo field => !(field.IsPublic || field.IsFamily || field.IsFamilyOrAssembly),
            _ => false,
        };
    }

    private static bool OfMLNet(Type type) => type.Assembly.GetName().Name is "Microsoft.ML.Core" or "Microsoft.ML.Data";

    private static bool Visible(Type type) => type.IsPublic || ((type.IsNestedPublic || type.IsNestedFamily || type.IsNestedFamORAssem) && Visible(type.DeclaringType!));
}
