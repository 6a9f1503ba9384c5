using PathVlm.Experiments.Plans;
using PathVlm.Host.Faults;
using PathVlm.Host.Presentation;
using PathVlm.Modeling.Hub;

namespace PathVlm.Host.Runs;

/// <summary>Models that a user names as the hub does, <c>OWNER/NAME</c> or <c>OWNER/NAME@REVISION</c>: found in the cache only.</summary>
internal static class HubName
{
    /// <summary>The folder of a model that the cache has; any other text as it is.</summary>
    /// <param name="option">The option, for messages.</param>
    /// <param name="named">What the user named.</param>
    /// <param name="display">Told which folder a name stands for; null: nobody is told.</param>
    /// <exception cref="UserMistakeException">The cache does not have the model; the message names the command that gets it.</exception>
    internal static string Resolve(string option, string named, Display? display = null)
    {
        if (!HubCache.IsName(named)) return named;
        if (HubCache.Find(named) is not { } folder)
        {
            string[] parts = named.Split('@', 2);
            string revision = parts.Length > 1 ? $" --revision {ShellText.Quote(parts[1])}" : "";
            throw new UserMistakeException(
                $"{option}: expected a file or folder that exists, or a model in the hub cache [{HubCache.Folder}], got [{named}]; "
                + $"get it with: pathvlm download {parts[0]}{revision}");
        }

        display?.Message($"{named}: {folder}");
        return folder;
    }

    /// <summary>Paths with names, as <see cref="NamedPath.FromPaths"/> gives them; a model in the cache is called as on the hub.</summary>
    /// <param name="option">The option, for messages.</param>
    /// <param name="named">What the user named.</param>
    /// <param name="display">Told which folder a name stands for.</param>
    /// <param name="reserved">Names that none may have.</param>
    internal static IReadOnlyList<NamedPath> Named(
        string option, IReadOnlyList<string> named, Display display, params IReadOnlyList<string> reserved)
    {
        IReadOnlyList<NamedPath> paths = NamedPath.FromPaths(option, named.Select(text => Resolve(option, text, display)), reserved);
        return [.. paths.Zip(named, (path, text) => HubCache.IsName(text)
            ? path with { Name = text.Split('/')[1].Split('@')[0] }
            : path)];
    }
}
