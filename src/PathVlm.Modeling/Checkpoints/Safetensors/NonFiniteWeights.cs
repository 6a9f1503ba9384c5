using PathVlm.Modeling.Files;

namespace PathVlm.Modeling.Checkpoints.Safetensors;

/// <summary>Refuses weights that are NaN or infinite, by name.</summary>
internal static class NonFiniteWeights
{
    /// <summary>Throws where a tensor has such values.</summary>
    /// <param name="location">Folder or zip, for the message.</param>
    /// <param name="counts">How many of each tensor's values are not finite.</param>
    /// <exception cref="InvalidDataException">Names the tensors and how many values of each.</exception>
    public static void Refuse(string location, IEnumerable<(string Key, long Count)> counts)
    {
        string[] found = [.. counts.Where(tensor => tensor.Count > 0).Select(tensor => $"{tensor.Key} ({tensor.Count})")];
        if (found.Length == 0)
            return;
        const string Remedy = "weights that are NaN or infinite (loaded only with AllowNonFinite): ";
        string names = MessageLine.Join(found, ", ", MessageLine.RoomAfter(location) - Remedy.Length - 1);
        throw new InvalidDataException($"{location}: {Remedy}{names}.");
    }
}
