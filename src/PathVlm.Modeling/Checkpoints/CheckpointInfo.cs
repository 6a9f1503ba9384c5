using PathVlm.Modeling.Configuration;
using static TorchSharp.torch;

namespace PathVlm.Modeling.Checkpoints;

/// <summary>Description of a checkpoint folder, made without reading a tensor.</summary>
public sealed record CheckpointInfo
{
    /// <summary>The folder.</summary>
    public required string Folder { get; init; }

    /// <summary>Settings of the model; its vocabulary size and shapes are here.</summary>
    public required ModelConfiguration Configuration { get; init; }

    /// <summary>Where config.json has the text settings.</summary>
    internal KeyLayout SettingsLayout { get; init; }

    /// <summary>How the weight files spell keys; null where the folder has no weights.</summary>
    internal KeyLayout? Keys { get; init; }

    /// <summary>The weight files; none where the folder has settings alone.</summary>
    public required IReadOnlyList<CheckpointFile> Files { get; init; }

    /// <summary>Whether an index names the weight files.</summary>
    public required bool HasIndex { get; init; }

    /// <summary>Numbers of elements in the weight files, by type.</summary>
    public required IReadOnlyDictionary<ScalarType, long> Types { get; init; }

    /// <summary>Parameters of the model.</summary>
    public required ParameterCounts Parameters { get; init; }

    /// <summary>The tensors of the model, under published keys, with shapes.</summary>
    public required IReadOnlyList<TensorSpecification> Tensors { get; init; }

    /// <summary>Notes on things that are valid but rare, one sentence each.</summary>
    public required IReadOnlyList<string> Notes { get; init; }

    /// <summary>The layout in words.</summary>
    public string Layout => (SettingsLayout, Keys) switch
    {
        (_, null) => $"settings alone ({(SettingsLayout == KeyLayout.Flat ? "flat" : "nested")}), no weights",
        (KeyLayout.Flat, KeyLayout.Flat) => "as published: flat settings, flat keys",
        (KeyLayout.Nested, KeyLayout.Nested) => "as current releases write: nested settings, nested keys",
        (KeyLayout.Nested, KeyLayout.Flat) => "as transformers 5 re-saves: nested settings, flat keys",
        _ => "flat settings, nested keys",
    };

    /// <summary>Forecasts the memory of the model.</summary>
    /// <param name="type">
    /// Type of the weights in generation; null: the one most elements of the files have, float32 where there are none.
    /// </param>
    /// <param name="tokens">Tokens of a row, prompt and answer.</param>
    /// <param name="rows">Rows at once.</param>
    /// <returns>Bytes.</returns>
    public MemoryForecast Forecast(ScalarType? type = null, int tokens = 2048, int rows = 1) => MemoryForecast.Of(
        Configuration, type ?? (Types.Count == 0 ? ScalarType.Float32 : Types.MaxBy(pair => pair.Value).Key), tokens, rows);
}
