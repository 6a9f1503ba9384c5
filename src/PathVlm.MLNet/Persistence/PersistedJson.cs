using System.Text.Json;
using System.Text.Json.Serialization;

namespace PathVlm.MLNet.Persistence;

/// <summary>
/// How settings are written to a zip: indented, enums by name; unknown, doubled and missing properties are refused on reading.
/// </summary>
internal static class PersistedJson
{
    internal static readonly JsonSerializerOptions Options = new()
    {
        WriteIndented = true,
        MaxDepth = 32,
        AllowDuplicateProperties = false,
        RespectNullableAnnotations = true,
        RespectRequiredConstructorParameters = true,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
        Converters = { new JsonStringEnumConverter() },
    };
}
