using PathVlm.Modeling.Files;

namespace PathVlm.Modeling.Checkpoints;

/// <summary>Collects the faults of a checkpoint by kind, so that all are reported at once.</summary>
internal sealed class CheckpointFaults
{
    /// <summary>Name under which the exception's data hold every fault, an array of texts; its line has room for the first ones.</summary>
    public const string DataKey = "Faults";

    private readonly List<string> _kinds = [];
    private readonly Dictionary<string, List<string>> _names = new(StringComparer.Ordinal);

    public void Add(string kind, string name)
    {
        if (!_names.TryGetValue(kind, out List<string>? names))
        {
            _kinds.Add(kind);
            _names.Add(kind, names = []);
        }

        names.Add(name);
    }

    /// <summary>Throws when there are faults.</summary>
    /// <exception cref="InvalidDataException">
    /// One line that names the folder and each kind of fault, with as many names as there is room for.
    /// </exception>
    public void ThrowIfAny(string folder)
    {
        if (_kinds.Count == 0) return;
        int room = MessageLine.RoomAfter(folder) - 1;
        List<string> told = [];
        for (int index = 0; index < _kinds.Count; index++)
        {
            List<string> names = _names[_kinds[index]];
            int share = Math.Max(40, (room - told.Sum(kind => kind.Length + 2)) / (_kinds.Count - index)) - _kinds[index].Length - 4;
            told.Add($"{_kinds[index]}: {MessageLine.Join(names, ", ", Math.Max(40, share))}");
        }

        InvalidDataException fault = new(MessageLine.Of(folder, told));
        fault.Data[DataKey] = _kinds.SelectMany(kind => _names[kind].Select(name => $"{kind}: {name}")).ToArray();
        throw fault;
    }
}
