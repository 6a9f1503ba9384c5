using System.Globalization;

namespace PathVlm.Modeling.Processing.Unicode;

/// <summary>The tables of Unicode's canonical composition, read once from the embedded composition.txt.</summary>
internal sealed class CompositionData
{
    private const string Resource = "PathVlm.Modeling.Processing.Unicode.composition.txt";

    private static readonly Lazy<CompositionData> Loaded = new(() => new CompositionData());

    private readonly Dictionary<int, byte> _classes = [];
    private readonly Dictionary<int, (int First, int Second)> _decompositions = [];
    private readonly Dictionary<(int First, int Second), int> _compositions = [];

    private CompositionData()
    {
        using Stream stream = typeof(CompositionData).Assembly.GetManifestResourceStream(Resource)
            ?? throw new InvalidOperationException($"resource {Resource} is missing from the assembly");
        using StreamReader reader = new(stream);
        while (reader.ReadLine() is { } line)
            if (!line.StartsWith('#')) Add(line.Split(' '));
    }

    public static CompositionData Instance => Loaded.Value;

    /// <summary>Canonical combining class; 0 for starters.</summary>
    public int ClassOf(int codePoint) => _classes.GetValueOrDefault(codePoint);

    /// <summary>One step of decomposition; Second is -1 where there is one code point.</summary>
    public bool TryDecompose(int codePoint, out (int First, int Second) parts) => _decompositions.TryGetValue(codePoint, out parts);

    /// <summary>The primary composite of two code points, or -1.</summary>
    public int Compose(int first, int second) => _compositions.GetValueOrDefault((first, second), -1);

    private void Add(string[] fields)
    {
        int[] codes = Array.ConvertAll(fields[1..], field => int.Parse(field, NumberStyles.HexNumber, CultureInfo.InvariantCulture));
        if (fields[0] == "C")
        {
            for (int code = codes[0]; code <= codes[1]; code++) _classes.Add(code, (byte)codes[2]);
            return;
        }

        int second = codes.Length == 3 ? codes[2] : -1;
        _decompositions.Add(codes[0], (codes[1], second));
        if (fields[0] == "D") _compositions.Add((codes[1], second), codes[0]);
    }
}
