using System.Collections;
using System.Reflection;
using Microsoft.Extensions.Configuration;

namespace PathVlm.Host;

/// <summary>Binds the settings of a section; a name that the options do not have is a mistake, not silence.</summary>
internal static class SettingNames
{
    private static readonly string[] Sections = ["Sft", "Grpo", "Process", "Model", "Set", "Split", "Base", "Judge"];

    /// <summary>From <c>Section:Name=value</c> to its key and value.</summary>
    /// <exception cref="UserMistakeException">It is no such text, or the section is none.</exception>
    internal static KeyValuePair<string, string?> Pair(string setting)
    {
        int equals = setting.IndexOf('=', StringComparison.Ordinal);
        if (equals < 1) throw new UserMistakeException($"--set: got [{setting}], takes Section:Name=value");
        string section = setting[..equals].Split(':')[0];
        if (!Sections.Contains(section, StringComparer.OrdinalIgnoreCase))
            throw new UserMistakeException($"--set: got the section [{section}], takes {string.Join(", ", Sections)}");
        return new KeyValuePair<string, string?>(setting[..equals], setting[(equals + 1)..]);
    }

    /// <summary>Writes the section's settings into the options.</summary>
    /// <exception cref="UserMistakeException">A setting has no such option, or a value that the option does not take.</exception>
    internal static void BindTo(this IConfiguration configuration, string section, object options)
    {
        IConfigurationSection settings = configuration.GetSection(section);
        RequireKnown(settings, section, options.GetType());
        // A list that is given replaces the preset's; the binder would append to it.
        foreach (PropertyInfo list in options.GetType().GetProperties().Where(property =>
            property.CanWrite && settings.GetSection(property.Name).GetChildren().Any() && property.GetValue(options) is IEnumerable and not string))
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

    // Options inside options are judged as well: the binder passes over a name that it does not know.
    private static void RequireKnown(IConfigurationSection settings, string section, Type type)
    {
        PropertyInfo[] known = [.. type.GetProperties().Where(property => property.CanWrite)];
        foreach (IConfigurationSection setting in settings.GetChildren())
        {
            PropertyInfo property = known.FirstOrDefault(each => each.Name.Equals(setting.Key, StringComparison.OrdinalIgnoreCase))
                ?? throw new UserMistakeException(
                    $"setting [{section}:{setting.Key}] is none; {section} takes {string.Join(", ", known.Select(each => each.Name).Order(StringComparer.Ordinal))}");
            Type inner = Nullable.GetUnderlyingType(property.PropertyType) ?? property.PropertyType;
            if (inner.Namespace?.StartsWith(nameof(PathVlm), StringComparison.Ordinal) == true && inner.IsClass) RequireKnown(setting, $"{section}:{property.Name}", inner);
        }
    }
}
