using static TorchSharp.torch;

namespace PathVlm.Modeling.Checkpoints.Safetensors;

/// <summary>Element types of the format and torch's names for them.</summary>
internal static class SafetensorsTypes
{
    private static readonly (string Name, ScalarType Type, int Size)[] Table =
    [
        ("F64", ScalarType.Float64, 8), ("F32", ScalarType.Float32, 4), ("F16", ScalarType.Float16, 2), ("BF16", ScalarType.BFloat16, 2),
        ("I64", ScalarType.Int64, 8), ("I32", ScalarType.Int32, 4), ("I16", ScalarType.Int16, 2), ("I8", ScalarType.Int8, 1),
        ("U8", ScalarType.Byte, 1), ("BOOL", ScalarType.Bool, 1),
    ];

    /// <summary>The names taken, for messages.</summary>
    public static string Names { get; } = string.Join(", ", Table.Select(row => row.Name));

    public static bool TryFind(string name, out ScalarType type, out int size)
    {
        int index = Array.FindIndex(Table, row => row.Name == name);
        (type, size) = index < 0 ? (default, 0) : (Table[index].Type, Table[index].Size);
        return index >= 0;
    }

    public static bool IsSupported(ScalarType type) => Array.Exists(Table, row => row.Type == type);

    public static string NameOf(ScalarType type) => Find(type).Name;

    public static int SizeOf(ScalarType type) => Find(type).Size;

    private static (string Name, ScalarType Type, int Size) Find(ScalarType type)
    {
        int index = Array.FindIndex(Table, row => row.Type == type);
        return index >= 0 ? Table[index] : throw new ArgumentException($"Type: expected one of {Names}, got {type}.", nameof(type));
    }
}
