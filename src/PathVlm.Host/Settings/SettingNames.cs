using System.Collections;
using System.Reflection;
using Microsoft.Extensions.Configuration;
using PathVlm.Host.Faults;

namespace PathVlm.Host.Settings;

/// <summary>Binds the settings of a section; a name that the options do not have is a mistake, not silence.</summary>
internal static class SettingNames
{
    private static readonly string[] Sections = ["Sft", "Grpo", "Process", "Set", "Split", "Base", "Judge"];

    /// <summary>From <c>Section:Name=value</c> to its key and value.</summary>
    /// <exception cref="UserMistakeException">It is no such text, or the section is none.</exception>
    internal static KeyValuePair<string, string?> Pair(string setting)
    {
        int equals = setting.IndexOf('=', StringComparison.Ordinal);
        if (equals < 1) throw new UserMistakeException($"--set: expected Section:Name=value, got [{setting}]");
        string section = setting[..equals].Split(':')[0];
        if (!Sections.Contains(section, StringComparer.OrdinalIgnoreCase))
            throw new UserMistakeException($"--set: expected the section {string.Join(", ", Sections)}, got [{section}]");
        return new KeyValuePair<string, string?>(setting[..equals], setting[(equals + 1)..]);
    }

    /// <summary>Writes the section's settings into the options.</summary>
    /// <param name="configuration">The settings.</param>
    /// <param name="section">The section.</param>
    /// <param name="options">One or more option sets that share the section.</param>
    /// <exception cref="UserMistakeException">A setting has no such option, or a value that the option does not take.</exception>
    internal static void BindTo(this IConfiguration configuration, string section, params object[] options)
    {
        string[] known = [.. options.SelectMany(set => set.GetType().GetProperties()).Where(property => property.CanWrite)
            .Select(property => property.Name)];
        IConfigurationSection settings = configuration.GetSection(section);
        foreach (IConfigurationSection setting in settings.GetChildren())
            if (!known.Contains(setting.Key, StringComparer.OrdinalIgnoreCase))
                throw new UserMistakeException(
                    $"setting [{section}:{setting.Key}] does not exist; "
                    + $"{section} has {string.Join(", ", known.Order(StringComparer.Ordinal))}");
        foreach (object set in options) Bind(settings, set);
    }

    private static void Bind(IConfigurationSection settings, object options)
    {
        // A list in the settings replaces the preset's; the binder would append to it.
        foreach (PropertyInfo list in options.GetType().GetProperties().Where(property => property.CanWrite
            && settings.GetSection(property.Name).GetChildren().Any() && property.GetValue(options) is IEnumerable and not string))
            list.SetValue(options, null);
        try
        {
            settings.Bind(options);
        }
        catch (InvalidOperationException fault)
        {
            throw new UserMistakeException($"{fault.Message} {fault.InnerException?.Message}".Trim(), fault);
        }
    }
}
