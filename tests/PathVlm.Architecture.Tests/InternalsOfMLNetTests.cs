using System.Reflection;

namespace PathVlm.Architecture.Tests;

/// <summary>Who uses ML.NET, and who uses what ML.NET keeps internal.</summary>
public sealed class InternalsOfMLNetTests
{
    private static readonly OurProject Components = OurProject.Named("PathVlm.MLNet");

    [Fact]
    public void OnlyPersistenceUsesInternalsOfMLNet()
    {
        string[] found = [.. AssemblyUses.Of(Components.Assembly)
            .Where(use => Components.FolderOf(use.User) is { } folder && !IsPersistence(folder) && IsInternalOfMLNet(use.Used))
            .Select(use => $"{use.User} uses {use.Used.DeclaringType}.{use.Used.Name}").Distinct()];
        Assert.True(found.Length == 0, string.Join("\n", found));
    }

    [Fact]
    public void PersistenceUsesInternalsOfMLNet() => Assert.Contains(
        AssemblyUses.Of(Components.Assembly), use =>
            Components.FolderOf(use.User) is { } folder && IsPersistence(folder) && IsInternalOfMLNet(use.Used));

    [Fact]
    public void ModelingKnowsNothingOfMLNet() => Assert.DoesNotContain(
        OurProject.Named("PathVlm.Modeling").Assembly.GetReferencedAssemblies(),
        name => name.Name!.StartsWith("Microsoft.ML", StringComparison.Ordinal) && name.Name != "Microsoft.ML.Tokenizers");

    private static bool IsPersistence(string folder) => folder.Split('/')[0] == "Persistence";

    private static bool IsInternalOfMLNet(MemberInfo member)
    {
        if (AssemblyUses.TypesOf(member).Any(type => OfMLNet(type) && !Visible(type))) return true;
        if ((member as Type ?? member.DeclaringType) is not { } owner || !OfMLNet(owner)) return false;
        return member switch
        {
            Type type => !Visible(type),
            MethodBase method => !(method.IsPublic || method.IsFamily || method.IsFamilyOrAssembly),
            FieldInfo field => !(field.IsPublic || field.IsFamily || field.IsFamilyOrAssembly),
            _ => false,
        };
    }

    private static bool OfMLNet(Type type) => type.Assembly.GetName().Name is "Microsoft.ML.Core" or "Microsoft.ML.Data";

    private static bool Visible(Type type) =>
        type.IsPublic || ((type.IsNestedPublic || type.IsNestedFamily || type.IsNestedFamORAssem) && Visible(type.DeclaringType!));
}
