namespace PathVlm.MLNet.Inference.Bases;

/// <summary>The checkpoint that an adapter is for, as a zip names it: where it lay, and what it holds.</summary>
/// <param name="Path">The folder from which it was loaded.</param>
/// <param name="Sha256">SHA-256 over names and contents of its weight files (<see cref="BaseFiles"/>).</param>
/// <param name="Files">Its weight files, by name.</param>
internal sealed record BaseReference(string Path, string Sha256, IReadOnlyList<BaseFile> Files)
{
    /// <summary>The folder's own name.</summary>
    public string Name => System.IO.Path.GetFileName(System.IO.Path.TrimEndingDirectorySeparator(Path));
}

/// <summary>A weight file of a checkpoint.</summary>
/// <param name="Name">Its name in the folder.</param>
/// <param name="Bytes">Its size.</param>
internal sealed record BaseFile(string Name, long Bytes);
