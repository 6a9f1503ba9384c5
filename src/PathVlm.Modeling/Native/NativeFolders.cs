using System.Reflection;
using TorchSharp;

namespace PathVlm.Modeling.Native;

/// <summary>Folders in which the native libraries of TorchSharp and libtorch may lie, in the order in which .NET looks.</summary>
internal static class NativeFolders
{
    /// <summary>Where .NET looks for a library of TorchSharp's: the program's native folders, then beside TorchSharp.dll.</summary>
    public static IEnumerable<string> Probed()
    {
        string? program = (string?)AppContext.GetData("NATIVE_DLL_SEARCH_DIRECTORIES");
        foreach (string folder in program?.Split(':', StringSplitOptions.RemoveEmptyEntries) ?? []) yield return folder;
        yield return TorchSharpFolder;
    }

    /// <summary>Where TorchSharp's own library may lie: probed folders, a portable program's, its package's (notebooks, scripts).</summary>
    public static IEnumerable<string> OfTorchSharp() => Probed()
        .Append(Path.Combine(AppContext.BaseDirectory, "runtimes", "linux-x64", "native"))
        .Append(Path.GetFullPath(Path.Combine(TorchSharpFolder, "..", "..", "runtimes", "linux-x64", "native")));

    /// <summary>Where libtorch may lie: the same, and the package folders beside TorchSharp's.</summary>
    public static IEnumerable<string> OfLibTorch()
    {
        foreach (string folder in OfTorchSharp()) yield return folder;
        string packages = Path.GetFullPath(Path.Combine(TorchSharpFolder, "..", "..", "..", ".."));
        if (BuiltFor() is { } version)
            yield return Path.Combine(packages, "libtorch-cpu-linux-x64", version, "runtimes", "linux-x64", "native");
    }

    /// <summary>The first of the folders that has a file, as the file's path; null where none has.</summary>
    public static string? Find(IEnumerable<string> folders, string name) =>
        folders.Select(folder => Path.Combine(folder, name)).FirstOrDefault(File.Exists);

    /// <summary>
    /// The libtorch package version that TorchSharp was built for, such as 2.10.0, read from its metadata: asking the class itself would
    /// load libtorch.
    /// </summary>
    public static string? BuiltFor()
    {
        FieldInfo? field = typeof(torch).GetField("libtorchPackageVersion", BindingFlags.NonPublic | BindingFlags.Static);
        return Version.TryParse(field?.GetRawConstantValue() as string, out Version? version) ? version.ToString(3) : null;
    }

    private static string TorchSharpFolder
    {
        get
        {
#pragma warning disable IL3000 // empty in a single-file program, whose folder stands in
            string location = typeof(torch).Assembly.Location;
#pragma warning restore IL3000
            return location.Length > 0 ? Path.GetDirectoryName(location)! : AppContext.BaseDirectory;
        }
    }
}
