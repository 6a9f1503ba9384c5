namespace PathVlm.Modeling.Checkpoints;

/// <summary>Collects the faults of a checkpoint by kind, so that all are reported at once.</summary>
internal sealed class CheckpointFaults
{
    /// <summary>Most names that are reported per kind; a wrong config.json can leave thousands missing.</summary>
    private const int MostNames = 64;

    private readonly List<(string Kind, List<string> Names)> _kinds = [];

    public void Add(string kind, string name)
    {
        int index = _kinds.FindIndex(each => each.Kind == kind);
        if (index < 0)
            _kinds.Add((kind, [name]));
        else
            _kinds[index].Names.Add(name);
    }

    /// <summary>Throws when there are faults.</summary>
    /// <exception cref="InvalidDataException">One line that names the folder and, by kind, every fault.</exception>
    public void ThrowIfAny(string folder)
    {
        if (_kinds.Count > 0)
            throw new InvalidDataException($"{folder}: {string.Join("; ", _kinds.Select(Tell))}.");
    }

    private static string Tell((string Kind, List<string> Names) fault)
    {
        string names = string.Join(", ", fault.Names.Take(MostNames));
        return $"{fault.Kind}: {names}{(fault.Names.Count > MostNames ? $" and {fault.Names.Count - MostNames} more" : "")}";
    }
}
