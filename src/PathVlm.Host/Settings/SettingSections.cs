using System.Reflection;
using PathVlm.Experiments.Plans;
using PathVlm.MLNet.Inference.External;
using PathVlm.MLNet.Judging.Models;
using PathVlm.MLNet.Judging.Panel;
using PathVlm.MLNet.Training.Grpo.Options;
using PathVlm.MLNet.Training.Sft;
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
        ["Set"] = [typeof(SyntheticSetOptions)],
        ["Split"] = [typeof(StageSizes)],
        ["Base"] = [typeof(BaseModelOptions)],
        ["Judge"] = [typeof(ChatJudgeOptions), typeof(ReviewPanelOptions)],
        ["External"] = [typeof(ExternalModelOptions)],
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
    internal static string? FaultOfSetting(string section, string name)
    {
        string[] known = [.. SettingsOf(section).Select(property => property.Name)];
        return known.Contains(name, StringComparer.OrdinalIgnoreCase)
            ? null
            : $"setting [{section}:{name}] does not exist{NearestName.Hint(name, known)}; {section} has {string.Join(", ", known)}";
    }

    // Progress and cancellation are the program's own.
    private static bool IsSetting(PropertyInfo property) => property.CanWrite
        && property.PropertyType != typeof(CancellationToken)
        && !(property.PropertyType.IsGenericType && property.PropertyType.GetGenericTypeDefinition() == typeof(IProgress<>));
}
