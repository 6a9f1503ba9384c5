using System.Reflection;
using PathVlm.Experiments.Plans;
using PathVlm.MLNet.Inference.Batching;
using PathVlm.MLNet.Inference.External;
using PathVlm.MLNet.Inference.Policies;
using PathVlm.MLNet.Judging.Models;
using PathVlm.MLNet.Judging.Panel;
using PathVlm.MLNet.Training.Grpo.Options;
using PathVlm.MLNet.Training.Sft;
using PathVlm.Modeling.Hub;
using PathVlm.Serving;
using PathVlm.Synthesis;
using PathVlm.Synthesis.BaseModel;

namespace PathVlm.Host.Settings;

/// <summary>The sections of settings, each with the options that it sets.</summary>
internal static class SettingSections
{
    /// <summary>Names of the sections and types of their options, in the order that they are listed.</summary>
    internal static IReadOnlyDictionary<string, Type[]> All { get; } = new Dictionary<string, Type[]>(StringComparer.OrdinalIgnoreCase)
    {
        ["Sft"] = [typeof(PathologySftOptions)],
        ["Grpo"] = [typeof(GrpoOptions)],
        ["Process"] = [typeof(GrpoOptions)],
        ["Model"] = [typeof(PathologyModelOptions)],
        ["Set"] = [typeof(SyntheticSetOptions)],
        ["Split"] = [typeof(StageSizes)],
        ["Base"] = [typeof(BaseModelOptions)],
        ["Judge"] = [typeof(ChatJudgeOptions), typeof(ReviewPanelOptions)],
        ["Serve"] = [typeof(PathologyServerOptions), typeof(PathologyBatchOptions)],
        ["External"] = [typeof(ExternalModelOptions)],
        ["Hub"] = [typeof(HubDownloadOptions)],
    };

    /// <summary>The settings of an options type, in the order of their names.</summary>
    internal static IReadOnlyList<PropertyInfo> SettingsOf(Type options) =>
        [.. options.GetProperties().Where(IsSetting).OrderBy(property => property.Name, StringComparer.Ordinal)];

    /// <summary>The settings of a section that exists, of all its option sets, in the order of their names.</summary>
    internal static IReadOnlyList<PropertyInfo> SettingsOf(string section) =>
        [.. All[section].SelectMany(SettingsOf).OrderBy(property => property.Name, StringComparer.Ordinal)];

    /// <summary>What is wrong with the name of a section, or null.</summary>
    internal static string? FaultOfSection(string section) => All.ContainsKey(section)
        ? null
        : $"expected the section {string.Join(", ", All.Keys)}, got [{section}]{NearestName.Hint(section, All.Keys)}";

    /// <summary>What is wrong with the name of a setting in a section that exists, or null.</summary>
    /// <param name="section">The section.</param>
    /// <param name="path">Name of the setting, and of settings inside it: <c>Epochs</c>, <c>Lora:Rank</c>.</param>
    internal static string? FaultOfSetting(string section, string path)
    {
        IReadOnlyList<PropertyInfo> known = SettingsOf(section);
        string owner = section;
        foreach (string name in path.Split(':'))
        {
            string[] names = [.. known.Select(property => property.Name)];
            if (known.FirstOrDefault(property => property.Name.Equals(name, StringComparison.OrdinalIgnoreCase)) is not { } found)
                return $"setting [{owner}:{name}] does not exist{NearestName.Hint(name, names)}; {owner} has {string.Join(", ", names)}";
            if (!IsGroup(found.PropertyType)) return null; // a value, or a list whose items have no names
            known = SettingsOf(found.PropertyType);
            owner = $"{owner}:{found.Name}";
        }

        return null;
    }

    /// <summary>Whether a setting of this type holds settings of its own, such as <c>Lora</c> with <c>Lora:Rank</c>.</summary>
    internal static bool IsGroup(Type type) =>
        type.IsClass && type.Namespace?.StartsWith(nameof(PathVlm), StringComparison.Ordinal) == true;

    // Progress and cancellation are the program's own.
    private static bool IsSetting(PropertyInfo property) => property.CanWrite
        && property.PropertyType != typeof(CancellationToken)
        && !(property.PropertyType.IsGenericType && property.PropertyType.GetGenericTypeDefinition() == typeof(IProgress<>));
}
