using PathVlm.Modeling.Checkpoints.Safetensors;
using PathVlm.Modeling.Configuration;
using PathVlm.Modeling.Files;
using TorchSharp;
using static TorchSharp.torch;

namespace PathVlm.Modeling.Checkpoints;

/// <summary>What the tensors in a checkpoint's files must be, given its settings.</summary>
internal static class CheckpointRules
{
    private static readonly ScalarType[] FloatTypes = [ScalarType.Float32, ScalarType.BFloat16, ScalarType.Float16, ScalarType.Float64];

    /// <summary>Compares the keys, shapes and types on disk with the table; adds what differs to the faults.</summary>
    public static KeyLayout Validate(CheckpointFiles files, ModelConfiguration configuration, CheckpointFaults faults)
    {
        if (FindLayout(files, faults) is not { } layout)
            return KeyLayout.Flat;
        Dictionary<string, TensorSpecification> expected = CheckpointTable.Of(configuration)
            .ToDictionary(tensor => CheckpointKeys.Spell(tensor.Key, layout), StringComparer.Ordinal);
        if (configuration.Text.TieWordEmbeddings)
        {
            expected.Add(CheckpointTable.HeadKey,
                new TensorSpecification(CheckpointTable.HeadKey, [configuration.Text.VocabularySize, configuration.Text.HiddenSize]));
        }

        foreach (string key in expected.Keys.Where(key => !files.Tensors.ContainsKey(key)))
        {
            if (key != CheckpointTable.HeadKey || !configuration.Text.TieWordEmbeddings)
                faults.Add("missing", key);
        }

        foreach (string key in files.Tensors.Keys.Where(key => !expected.ContainsKey(key)).Order(StringComparer.Ordinal))
            faults.Add("unknown", MessageLine.Value(key));
        foreach ((string key, TensorSpecification tensor) in expected)
        {
            if (!files.Tensors.TryGetValue(key, out SafetensorsFile? file))
                continue;
            SafetensorsEntry entry = file.Entries[key];
            if (!entry.Shape.SequenceEqual(tensor.Shape))
                faults.Add("misshapen", $"{key} (expected [{string.Join(", ", tensor.Shape)}], got [{string.Join(", ", entry.Shape)}])");
            if (!FloatTypes.Contains(entry.Type))
                faults.Add("not of a float type", $"{key} ({SafetensorsTypes.NameOf(entry.Type)})");
        }

        return layout;
    }

    /// <summary>A head beside a tied embedding table is accepted where it is the same table.</summary>
    /// <exception cref="InvalidDataException">The two differ.</exception>
    public static void ValidateTiedHead(CheckpointFiles files, ModelConfiguration configuration, KeyLayout layout, string folder)
    {
        if (!HasTiedHead(files, configuration))
            return;
        using DisposeScope scope = NewDisposeScope();
        string embeddings = CheckpointKeys.Spell(CheckpointTable.EmbeddingsKey, layout);
        Tensor head = files.Tensors[CheckpointTable.HeadKey].Read(CheckpointTable.HeadKey);
        if (!head.Equals(files.Tensors[embeddings].Read(embeddings, head.dtype)))
        {
            throw new InvalidDataException(
                $"{folder}: {CheckpointTable.HeadKey} differs from {embeddings}, although tie_word_embeddings is true; "
                + $"expected equal tables or no {CheckpointTable.HeadKey}.");
        }
    }

    public static bool HasTiedHead(CheckpointFiles files, ModelConfiguration configuration) =>
        configuration.Text.TieWordEmbeddings && files.Tensors.ContainsKey(CheckpointTable.HeadKey);

    /// <summary>
    /// The layout that all keys share, or null where there are two: comparing keys would then tell the same fault many times.
    /// </summary>
    private static KeyLayout? FindLayout(CheckpointFiles files, CheckpointFaults faults)
    {
        string? flat = files.Tensors.Keys.FirstOrDefault(key => CheckpointKeys.LayoutOf(key) == KeyLayout.Flat);
        string? nested = files.Tensors.Keys.FirstOrDefault(key => CheckpointKeys.LayoutOf(key) == KeyLayout.Nested);
        if (flat is null || nested is null)
            return nested is null ? KeyLayout.Flat : KeyLayout.Nested;
        faults.Add("keys of two layouts where one is expected", $"{MessageLine.Value(flat)} and {MessageLine.Value(nested)}");
        return null;
    }
}
