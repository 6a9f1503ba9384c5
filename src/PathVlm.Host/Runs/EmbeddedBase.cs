using PathVlm.Host.Faults;

namespace PathVlm.Host.Runs;

/// <summary>The base model that comes with the program (data/base in the repository, beside the program when it is built).</summary>
internal static class EmbeddedBase
{
    /// <summary>Its folder, where the program was installed with it.</summary>
    internal static string Place { get; } = Path.Combine(AppContext.BaseDirectory, "data", "base");

    /// <summary>Its folder.</summary>
    /// <exception cref="UserMistakeException">The program was installed without it.</exception>
    internal static string Folder => Directory.Exists(Place)
        ? Place
        : throw new UserMistakeException($"the embedded base model is missing ({Place}): name one, or make one with 'pathvlm make-base'");

    /// <summary>Whether a path is its folder.</summary>
    internal static bool Is(string path) =>
        Path.TrimEndingDirectorySeparator(Path.GetFullPath(path)) == Path.TrimEndingDirectorySeparator(Place);
}
