namespace PathVlm.Modeling.Adapters;

/// <summary>What a PEFT adapter folder says of itself; its weights are not read.</summary>
/// <param name="Rank">The rank.</param>
/// <param name="Alpha">The numerator of its scale.</param>
/// <param name="Targets">The linear layers that it is on: endings of their names, or a pattern.</param>
/// <param name="BaseModel">The checkpoint that it is for, as its file names it; null where it names none.</param>
public sealed record AdapterInfo(int Rank, double Alpha, IReadOnlyList<string> Targets, string? BaseModel)
{
    /// <summary>Whether a folder holds an adapter (<c>adapter_config.json</c>).</summary>
    /// <param name="folder">The folder.</param>
    public static bool IsIn(string folder)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        return PeftFolder.IsAdapter(folder);
    }

    /// <summary>Reads a folder's description.</summary>
    /// <param name="folder">The folder.</param>
    /// <exception cref="FileNotFoundException">It holds no adapter.</exception>
    /// <exception cref="InvalidDataException">The file is faulty, or has settings that are not supported; all are named.</exception>
    public static AdapterInfo Read(string folder)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        PeftConfiguration read = PeftConfiguration.Load(folder);
        return new AdapterInfo(read.Rank, read.Alpha, read.Names ?? [read.Pattern ?? ""], read.BaseModel);
    }
}
