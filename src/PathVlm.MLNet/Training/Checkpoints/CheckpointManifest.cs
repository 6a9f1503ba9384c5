using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;

namespace PathVlm.MLNet.Training.Checkpoints;

/// <summary>What a checkpoint inside a stage holds beside its tensors; written last.</summary>
internal sealed record CheckpointManifest
{
    /// <summary>Name of its file.</summary>
    public const string FileName = "state.json";

    /// <summary>Name of the file of tensors.</summary>
    public const string TensorsFile = "state.safetensors";

    /// <summary>Version of the layout that is written.</summary>
    public const int CurrentFormat = 1;

    /// <summary>How it and its values are written: numbers that are not finite by name.</summary>
    public static readonly JsonSerializerOptions Json = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
        Converters = { new JsonStringEnumConverter() },
        WriteIndented = true,
    };

    /// <summary>Version of the layout.</summary>
    public required int Format { get; init; }

    /// <summary>Optimizer steps done.</summary>
    public required long Step { get; init; }

    /// <summary>What the run depends on, by name (<see cref="RunIdentity"/>).</summary>
    public required IReadOnlyDictionary<string, string> Identity { get; init; }

    /// <summary>Bytes of the file of tensors.</summary>
    public required long Bytes { get; init; }

    /// <summary>SHA-256 of the file of tensors, lower-case hexadecimal.</summary>
    public required string Sha256 { get; init; }

    /// <summary>SHA-256 of the values as compact JSON, lower-case hexadecimal.</summary>
    public required string ValuesSha256 { get; init; }

    /// <summary>Numbers and texts of the state.</summary>
    public required JsonObject Values { get; init; }

    /// <summary>The hash of values.</summary>
    public static string HashOf(JsonObject values) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(values.ToJsonString())));
}
