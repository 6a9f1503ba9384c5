using System.Collections;
using System.ComponentModel;
using System.Globalization;
using System.Reflection;
using System.Text.RegularExpressions;
using Microsoft.Extensions.Configuration;
using PathVlm.Host.Faults;

namespace PathVlm.Host.Settings;

/// <summary>Binds the settings of a section; a name that the options do not have is a mistake.</summary>
internal static partial class SettingNames
{
    /// <summary>From <c>Section:Name=value</c> to its key and value.</summary>
    /// <exception cref="UserMistakeException">It is no such text, or section or setting do not exist.</exception>
    internal static KeyValuePair<string, string?> Pair(string setting)
    {
        int equals = setting.IndexOf('=', StringComparison.Ordinal);
        if (equals < 1) throw new UserMistakeException($"--set: expected Section:Name=value, got [{setting}]");
        string[] key = setting[..equals].Split(':');
        if (SettingSections.FaultOfSection(key[0]) is { } fault) throw new UserMistakeException($"--set: {fault}");
        if (key.Length < 2) throw new UserMistakeException($"--set: expected Section:Name=value, got [{setting}]");
        string path = string.Join(':', key[1..]);
        if (SettingSections.FaultOfSetting(key[0], path) is { } unknown) throw new UserMistakeException($"--set: {unknown}");
        return new KeyValuePair<string, string?>(setting[..equals], setting[(equals + 1)..]);
    }

    /// <summary>Writes the section's settings into the options.</summary>
    /// <param name="configuration">The settings.</param>
    /// <param name="section">The section.</param>
    /// <param name="options">One or more option sets that share the section.</param>
    /// <exception cref="UserMistakeException">A setting does not exist, or its value cannot be read.</exception>
    internal static void BindTo(this IConfiguration configuration, string section, params object[] options)
    {
        IConfigurationSection settings = configuration.GetSection(section);
        foreach ((string path, string? _) in settings.AsEnumerable(makePathsRelative: true))
            if (path.Length > 0 && SettingSections.FaultOfSetting(section, path) is { } fault) throw new UserMistakeException(fault);
        foreach (object set in options) Bind(settings, set);
    }

    /// <summary>Validates the options of a section and names faults as settings.</summary>
    /// <param name="section">The section.</param>
    /// <param name="validate">The options' own validation.</param>
    /// <exception cref="UserMistakeException">A setting is out of its range; all that are, are named with their ranges.</exception>
    internal static void RequireValid(string section, Action validate)
    {
        try
        {
            validate();
        }
        catch (ArgumentOutOfRangeException fault)
        {
            string told = fault.Message.Split(" (Parameter")[0];
            throw new UserMistakeException(
                FaultyOption().Replace(
                    told, found => $"{found.Groups[1]}setting [{section}:{found.Groups[2].Value.Replace('.', ':')}]: expected"),
                fault);
        }
    }

    [GeneratedRegex(@"(^|; )([A-Z][\w.]*): expected", RegexOptions.CultureInvariant)]
    private static partial Regex FaultyOption();

    private static void Bind(IConfigurationSection settings, object options)
    {
        foreach (PropertyInfo property in SettingSections.SettingsOf(options.GetType()))
        {
            IConfigurationSection setting = settings.GetSection(property.Name);
            if (!setting.Exists()) continue;
            RequireReadable(setting, property.PropertyType);
            // A list in the settings replaces the preset's; the binder would append to it.
            if (setting.GetChildren().Any() && property.GetValue(options) is IEnumerable and not string) property.SetValue(options, null);
        }

        try
        {
            settings.Bind(options);
        }
        catch (InvalidOperationException fault)
        {
            throw new UserMistakeException($"{fault.Message} {fault.InnerException?.Message}".Trim(), fault);
        }
    }

    private static void RequireReadable(IConfigurationSection setting, Type type)
    {
        if (SettingSections.IsGroup(type))
        {
            RequireGroup(setting, type);
            return;
        }

        if (setting.Value is not { } value) return;
        Type plain = Nullable.GetUnderlyingType(type) ?? type;
        if (plain == typeof(string) || (value.Length == 0 && plain != type)) return;
        try
        {
            TypeDescriptor.GetConverter(plain).ConvertFromInvariantString(value);
        }
        catch (Exception fault) when (fault is FormatException or ArgumentException or NotSupportedException or OverflowException)
        {
            throw new UserMistakeException($"setting [{setting.Path}]: expected {Kind(plain)}, got [{value}]", fault);
        }
    }

    private static void RequireGroup(IConfigurationSection setting, Type type)
    {
        IReadOnlyList<PropertyInfo> inner = SettingSections.SettingsOf(type);
        // Text of JSON's null is empty.
        if (setting.Value is { Length: > 0 } value)
            throw new UserMistakeException(
                $"setting [{setting.Path}]: expected its own settings, such as {setting.Path}:{inner[0].Name}, got [{value}]");
        foreach (PropertyInfo property in inner) RequireReadable(setting.GetSection(property.Name), property.PropertyType);
    }

    private static string Kind(Type type)
    {
        if (type.IsEnum) return string.Join(", ", Enum.GetNames(type));
        if (type == typeof(bool)) return "true or false";
        if (type == typeof(double) || type == typeof(float) || type == typeof(decimal)) return "a number, such as 0.5 or 1e-4";
        return type == typeof(int) ? Whole(int.MinValue, int.MaxValue)
            : type == typeof(long) ? Whole(long.MinValue, long.MaxValue)
            : type.Name;
    }

    private static string Whole(long least, long most) =>
        string.Create(CultureInfo.InvariantCulture, $"a whole number from {least} to {most}");
}
