using Microsoft.Extensions.Configuration;
using PathVlm.MLNet.Judging.Panel;
using PathVlm.MLNet.Judging.Protocol;

namespace PathVlm.Host.Experiments;

/// <summary>What <c>experiment</c> does: from which bases, with which seeds, against whom, where to.</summary>
internal sealed record ExperimentPlan
{
    internal required string Preset { get; init; }

    /// <summary>The base models, each under a name of its own.</summary>
    internal required IReadOnlyList<NamedPlace> Bases { get; init; }

    /// <summary>The seeds, each once.</summary>
    internal required IReadOnlyList<long> Seeds { get; init; }

    internal required string OutputFolder { get; init; }

    /// <summary>Whether what stands finished in the folder is kept.</summary>
    internal required bool Resume { get; init; }

    internal required IProcessJudge Judge { get; init; }

    /// <summary>Bounds on asking the judge.</summary>
    internal required ReviewPanelOptions Panel { get; init; }

    /// <summary>Sets of other modalities.</summary>
    internal required IReadOnlyList<NamedPlace> OutOfDomain { get; init; }

    internal required IReadOnlyList<ExternalChoice> Externals { get; init; }

    /// <summary>Settings that override the preset's.</summary>
    internal required IConfiguration Configuration { get; init; }

    /// <summary>Whether the judge works offline and asks nobody, so that every answer can be reviewed.</summary>
    internal bool IsJudgeOffline => Judge.IsOffline;

    /// <summary>Where the base's own answers, or those of its variants and a seed, lie.</summary>
    internal string FolderOf(NamedPlace baseModel, long? seed = null) =>
        seed is null ? Path.Combine(OutputFolder, baseModel.Name) : Path.Combine(OutputFolder, baseModel.Name, FormattableString.Invariant($"seed-{seed}"));
}

/// <summary>A file or folder under a name that is a folder's name in the output.</summary>
internal sealed record NamedPlace(string Name, string Path)
{
    /// <summary>Names places by their last part.</summary>
    /// <exception cref="UserMistakeException">A place is missing, two have one name, or a name is taken.</exception>
    internal static IReadOnlyList<NamedPlace> Of(string option, IEnumerable<string> paths, params string[] taken)
    {
        NamedPlace[] places = [.. paths.Select(path => new NamedPlace(NameOf(path), System.IO.Path.GetFullPath(path)))];
        foreach (NamedPlace place in places)
            if (!File.Exists(place.Path) && !Directory.Exists(place.Path))
                throw new UserMistakeException($"{option}: got [{place.Path}], takes a file or folder that exists");
        foreach (IGrouping<string, NamedPlace> name in places.GroupBy(place => place.Name, StringComparer.OrdinalIgnoreCase))
            if (name.Count() > 1 || taken.Contains(name.Key, StringComparer.OrdinalIgnoreCase))
                throw new UserMistakeException($"{option}: the name [{name.Key}] is taken ({string.Join(", ", name.Select(place => place.Path))}); takes paths whose last parts differ");
        return places;
    }

    private static string NameOf(string path)
    {
        string full = System.IO.Path.TrimEndingDirectorySeparator(System.IO.Path.GetFullPath(path));
        return File.Exists(full) ? System.IO.Path.GetFileNameWithoutExtension(full) : System.IO.Path.GetFileName(full);
    }
}
