using System.Text.Json;
using System.Text.Json.Serialization;

namespace PathVlm.Host.Settings;

/// <summary>Effective settings as the text of a <c>pathvlm.json</c>.</summary>
internal static class SettingsListing
{
    private static readonly JsonSerializerOptions Json = new()
    {
        WriteIndented = true,
        NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
        Converters = { new JsonStringEnumConverter() },
        Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    /// <summary>The settings of sections.</summary>
    /// <param name="sections">Names and options of the sections.</param>
    internal static string Text(IEnumerable<(string Section, object Options)> sections) => JsonSerializer.Serialize(
        sections.GroupBy(section => section.Section).ToDictionary(
            section => section.Key,
            section => section.SelectMany(part => Values(part.Options)).ToDictionary()),
        Json);

    private static Dictionary<string, object?> Values(object options) => SettingSections.SettingsOf(options.GetType()).ToDictionary(
        property => property.Name,
        property => property.GetValue(options) is { } value && SettingSections.IsGroup(property.PropertyType)
            ? Values(value)
            : property.GetValue(options));
}
