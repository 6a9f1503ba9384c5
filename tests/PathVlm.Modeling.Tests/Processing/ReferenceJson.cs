using System.Text.Json;
using PathVlm.Testing;

namespace PathVlm.Modeling.Tests.Processing;

internal static class ReferenceJson
{
    public static JsonElement Read(params string[] parts)
    {
        using JsonDocument document = JsonDocument.Parse(File.ReadAllBytes(ReferenceSet.PathOf(parts)));
        return document.RootElement.Clone();
    }
}
