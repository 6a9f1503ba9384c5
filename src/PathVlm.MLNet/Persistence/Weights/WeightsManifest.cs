namespace PathVlm.MLNet.Persistence.Weights;

/// <summary>
/// Where a component's tensors lie (entry <c>Weights.json</c>). A tensor that a component before it in the zip holds with equal content
/// is named there and not stored again.
/// </summary>
/// <param name="Files">The safetensors files used.</param>
/// <param name="Tensors">Published key -> file (index into <paramref name="Files"/>) and content hash.</param>
internal sealed record WeightsManifest(IReadOnlyList<WeightsFile> Files, IReadOnlyDictionary<string, WeightsPlace> Tensors);

/// <summary>A safetensors file: an entry of the zip, or a file in the zip's folder.</summary>
/// <param name="Folder">Folder of the component whose entry it is; null for a file beside the zip.</param>
/// <param name="Path">Name of the entry, or path of the file relative to the zip's folder.</param>
/// <param name="Sha256">SHA-256 of a file beside the zip; null for an entry.</param>
internal sealed record WeightsFile(string? Folder, string Path, string? Sha256);

/// <summary>Place of one tensor.</summary>
/// <param name="File">Index into <see cref="WeightsManifest.Files"/>.</param>
/// <param name="Sha256">SHA-256 of type, shape and values (<see cref="TensorDigest"/>).</param>
internal sealed record WeightsPlace(int File, string Sha256);
