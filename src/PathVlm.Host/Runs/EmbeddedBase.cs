namespace PathVlm.Host.Runs;

/// <summary>The base model that comes with the program (data/base in the repository, beside the program when it is built).</summary>
internal static class EmbeddedBase
{
    /// <summary>Its folder.</summary>
    /// <exception cref="UserMistakeException">The program was installed without it.</exception>
    internal static string Folder
    {
        get
        {
            string folder = Path.Combine(AppContext.BaseDirectory, "data", "base");
            return Directory.Exists(folder)
                ? folder
                : throw new UserMistakeException($"the embedded base model is missing ({folder}): name one with --base, or make one with 'pathvlm make-base'");
        }
    }
}
