using System.Reflection;
using PathVlm.Testing;

namespace PathVlm.Architecture.Tests;

/// <summary>A project of <c>src</c>: its name, which is also its folder and root namespace, and its compiled assembly.</summary>
/// <param name="Name">Such as PathVlm.Modeling.</param>
/// <param name="Assembly">The assembly, which is never run.</param>
internal sealed record OurProject(string Name, Assembly Assembly)
{
    /// <summary>All projects of <c>src</c>.</summary>
    public static IReadOnlyList<OurProject> All { get; } =
        [.. Directory.EnumerateDirectories(Path.Combine(ReferenceSet.Repository, "src")).Select(folder => Path.GetFileName(folder)!)
            .Order(StringComparer.Ordinal).Select(name => new OurProject(name, Assembly.Load(AssemblyOf(name))))];

    /// <summary>The project of that name.</summary>
    public static OurProject Named(string name) => All.Single(project => project.Name == name);

    /// <summary>
    /// The folder of a type, with slashes; null if the type is not of this project, the empty string for the project's root.
    /// </summary>
    public string? FolderOf(Type type)
    {
        string space = type.Namespace ?? "";
        if (type.Assembly != Assembly) return null;
        if (space == Name) return "";
        return space.StartsWith(Name + ".", StringComparison.Ordinal) ? space[(Name.Length + 1)..].Replace('.', '/') : null;
    }

    private static string AssemblyOf(string project) => project == "PathVlm.Host" ? "pathvlm" : project;
}
