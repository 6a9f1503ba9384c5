using static TorchSharp.torch;

namespace PathVlm.Modeling.Checkpoints;

/// <summary>Checks tensors that a caller hands over against the table.</summary>
internal static class CheckpointTensors
{
    /// <exception cref="ArgumentException">Keys are missing or unknown, or shapes differ; all are named.</exception>
    public static void Check(IReadOnlyList<TensorSpecification> table, IReadOnlyDictionary<string, Tensor> tensors, string parameter)
    {
        HashSet<string> keys = [.. table.Select(tensor => tensor.Key)];
        IEnumerable<string> faults = table
            .Where(tensor => !tensors.ContainsKey(tensor.Key)).Select(tensor => $"{tensor.Key} is missing")
            .Concat(tensors.Keys.Where(key => !keys.Contains(key)).Select(key => $"{key} is unknown"))
            .Concat(table
                .Where(tensor => tensors.TryGetValue(tensor.Key, out Tensor? got) && !got.shape.AsSpan().SequenceEqual(tensor.Shape))
                .Select(tensor => $"{tensor.Key}: expected shape [{Join(tensor.Shape)}], got [{Join(tensors[tensor.Key].shape)}]"));
        string[] told = [.. faults];
        if (told.Length > 0)
            throw new ArgumentException($"The tensors don't fit the model's settings: {string.Join("; ", told)}.", parameter);
    }

    private static string Join(long[] shape) => string.Join(", ", shape);
}
