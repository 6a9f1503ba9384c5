using System.Security.Cryptography;
using System.Text;
using PathVlm.Modeling.Checkpoints;
using PathVlm.Modeling.Checkpoints.Safetensors;
using PathVlm.Modeling.Files;
using static TorchSharp.torch;

namespace PathVlm.MLNet.Persistence.Weights;

/// <summary>Writes a component's tensors into the zip or beside it, and reads them back.</summary>
internal static class WeightsArchive
{
    private const string ManifestEntry = "Weights.json";
    private const string WeightsEntry = "Weights.safetensors";
    private const long LargestHeader = 128 << 20;
    private const int MostFaults = 20;

    /// <summary>Writes tensors that no component of this zip has written yet, and the manifest of all.</summary>
    /// <exception cref="InvalidOperationException">Weights beside the zip, and the zip is not written straight to a file.</exception>
    public static void Write(ModelWriter writer, IReadOnlyDictionary<string, Tensor> tensors, WeightsStorage storage)
    {
        KnownTensors known = writer.Shared<KnownTensors>();
        Dictionary<string, string> digests = tensors.ToDictionary(
            item => item.Key, item => TensorDigest.Of(item.Value), StringComparer.Ordinal);
        KeyValuePair<string, Tensor>[] added = [.. tensors.Where(item => !known.Files.ContainsKey((item.Key, digests[item.Key])))];
        if (added.Length > 0)
        {
            WeightsFile file = storage == WeightsStorage.InsideZip ? WriteInside(writer, added) : WriteBeside(writer, added, digests);
            foreach (KeyValuePair<string, Tensor> item in added) known.Files[(item.Key, digests[item.Key])] = file;
        }
        List<WeightsFile> files = [.. tensors.Keys.Select(key => known.Files[(key, digests[key])]).Distinct()];
        writer.WriteJson(ManifestEntry, new WeightsManifest(
            files,
            tensors.Keys.ToDictionary(key => key, key => new WeightsPlace(files.IndexOf(known.Files[(key, digests[key])]), digests[key]))));
    }

    /// <summary>
    /// Fills tensors that <paramref name="allocate"/> makes once manifest, file headers and hashes of files beside the zip were checked.
    /// </summary>
    /// <param name="reader">The component's entries.</param>
    /// <param name="table">The tensors wanted.</param>
    /// <param name="type">Their type.</param>
    /// <param name="allocate">Makes them.</param>
    /// <exception cref="InvalidDataException">
    /// The zip lacks tensors, has unknown or misshapen ones, or a file is damaged, was changed, or leaves the zip's folder.
    /// </exception>
    public static void Read(
        ModelReader reader, IReadOnlyList<TensorSpecification> table, ScalarType type,
        Func<IReadOnlyDictionary<string, Tensor>> allocate) =>
        Read(reader, table, _ => type, allocate);

    /// <summary>Fills tensors of several types.</summary>
    /// <inheritdoc cref="Read(ModelReader, IReadOnlyList{TensorSpecification}, ScalarType, Func{IReadOnlyDictionary{string, Tensor}})"/>
    public static void Read(
        ModelReader reader, IReadOnlyList<TensorSpecification> table, Func<string, ScalarType> type,
        Func<IReadOnlyDictionary<string, Tensor>> allocate)
    {
        WeightsManifest manifest = reader.ReadJson<WeightsManifest>(ManifestEntry);
        Validate(manifest, table, reader.Name(ManifestEntry));
        long limit = table.Sum(item => item.ByteCount(type(item.Key))) + LargestHeader;
        Source[] sources = [.. manifest.Files.Select((file, index) => new Source(
            reader, file, file.Folder is null ? Beside(reader, file) : null, limit,
            [.. table.Where(item => manifest.Tensors[item.Key].File == index)]))];
        foreach (Source source in sources) source.Open(file => source.Validate(file, type));
        IReadOnlyDictionary<string, Tensor> tensors = allocate();
        foreach (Source source in sources) source.Open(file => source.Fill(file, tensors, manifest.Tensors));
    }

    private static void Validate(WeightsManifest manifest, IReadOnlyList<TensorSpecification> table, string where)
    {
        string[] keys = [.. table.Select(item => item.Key)];
        Throw(where,
        [
            .. keys.Except(manifest.Tensors.Keys).Select(key => $"[{key}] is missing"),
            .. manifest.Tensors.Keys.Except(keys).Select(key => $"[{key}] is unknown"),
            .. manifest.Tensors.Where(item => item.Value.File < 0 || item.Value.File >= manifest.Files.Count)
                .Select(item => $"[{item.Key}] names file {item.Value.File} of {manifest.Files.Count}"),
        ]);
    }

    private static void Throw(string where, IReadOnlyCollection<string> faults)
    {
        if (faults.Count > 0)
            throw new InvalidDataException(
                $"{where}: {faults.Count} fault(s): "
                + $"{string.Join("; ", faults.Take(MostFaults))}{(faults.Count > MostFaults ? "; ..." : "")}.");
    }

    private static WeightsFile WriteInside(ModelWriter writer, KeyValuePair<string, Tensor>[] tensors)
    {
        writer.Write(WeightsEntry, stream => SafetensorsWriter.Write(stream, tensors));
        return new WeightsFile(writer.Folder, WeightsEntry, null);
    }

    // The name carries the content's hash: a model saved over another one never touches the weights that the other zip names.
    private static WeightsFile WriteBeside(ModelWriter writer, KeyValuePair<string, Tensor>[] tensors, Dictionary<string, string> digests)
    {
        string zip = writer.ZipPath ?? throw new InvalidOperationException(
            $"{nameof(WeightsStorage)}.{nameof(WeightsStorage.BesideZip)}: the zip is not written to a file; save it by path, "
                + "Model.Save(model, schema, \"name.zip\"), or keep the weights inside.");
        string content = Convert.ToHexStringLower(
            SHA256.HashData(Encoding.UTF8.GetBytes(string.Concat(tensors.Select(item => item.Key + digests[item.Key])))))[..12];
        string named = zip.EndsWith(AtomicFile.Unfinished, StringComparison.Ordinal) ? zip[..^AtomicFile.Unfinished.Length] : zip;
        string name = $"{Path.GetFileNameWithoutExtension(named)}.{content}.safetensors";
        string path = Path.Combine(Path.GetDirectoryName(zip)!, name);
        SafetensorsWriter.Write(path, tensors);
        return new WeightsFile(null, name, InputFile.Sha256(path));
    }

    private static string Beside(ModelReader reader, WeightsFile file)
    {
        string where = reader.Name(ManifestEntry);
        string zip = reader.ZipPath
            ?? throw new InvalidDataException(
            $"{where}: the weights lie beside the zip in [{file.Path}], but the zip is not read from a file; load it by path.");
        string folder = Path.GetDirectoryName(zip)!;
        string path;
        try
        {
            path = InputFile.Inside(folder, file.Path);
        }
        catch (InvalidDataException fault)
        {
            throw new InvalidDataException(
                MessageLine.Of(where, $"Path: expected a file in the zip's folder, got [{MessageLine.Value(file.Path)}]."), fault);
        }

        if (!File.Exists(path)) throw new InvalidDataException(
            $"{where}: the weights [{path}] are missing; they have to lie beside the zip.");
        string hash = InputFile.Sha256(path);
        if (hash != file.Sha256)
            throw new InvalidDataException(
                $"{where}: SHA-256 of [{path}]: expected [{file.Sha256}], got [{hash}]; the file is not the one saved with this zip.");
        return path;
    }

    /// <summary>One safetensors file and the tensors wanted of it.</summary>
    private sealed record Source(
        ModelReader Reader, WeightsFile File, string? BesidePath, long Limit, IReadOnlyList<TensorSpecification> Wanted)
    {
        private string Where => BesidePath ?? Reader.Name(File.Path);

        public void Open(Action<SafetensorsFile> use)
        {
            if (BesidePath is not null) Use(BesidePath);
            else Reader.ReadFile(File.Path, File.Folder!, Limit, path =>
            {
                Use(path);
                return true;
            });

            void Use(string path)
            {
                using SafetensorsFile file = Opened(path);
                use(file);
            }
        }

        public void Validate(SafetensorsFile file, Func<string, ScalarType> type)
        {
            List<string> faults = [];
            foreach (TensorSpecification wanted in Wanted)
            {
                if (!file.Entries.TryGetValue(wanted.Key, out SafetensorsEntry? entry)) faults.Add($"[{wanted.Key}] is missing");
                else if (entry.Type != type(wanted.Key) || !wanted.Shape.SequenceEqual(entry.Shape))
                    faults.Add(
                        $"[{wanted.Key}]: expected {type(wanted.Key)} [{string.Join(", ", wanted.Shape)}], got {entry.Type} "
                        + $"[{string.Join(", ", entry.Shape)}]");
            }
            Throw(Where, faults);
        }

        public void Fill(
            SafetensorsFile file, IReadOnlyDictionary<string, Tensor> tensors, IReadOnlyDictionary<string, WeightsPlace> places)
        {
            List<(string Key, long Count)> nonFinite = [];
            foreach (TensorSpecification wanted in Wanted)
            {
                FileWait.ThrowIfCancelled();
                nonFinite.Add((wanted.Key, file.ReadCounting(wanted.Key, tensors[wanted.Key])));
                // A file beside the zip was hashed whole.
                if (BesidePath is null && TensorDigest.Of(tensors[wanted.Key]) != places[wanted.Key].Sha256)
                    throw new InvalidDataException($"{Where}: [{wanted.Key}] is not the tensor that was saved; the zip is damaged.");
            }

            if (!NonFiniteChoice.IsAllowed) NonFiniteWeights.Refuse(Where, nonFinite);
        }

        // The path of an unpacked entry says nothing to the user: name the entry.
        private SafetensorsFile Opened(string path)
        {
            try
            {
                return SafetensorsFile.Open(path);
            }
            catch (InvalidDataException fault) when (BesidePath is null)
            {
                throw new InvalidDataException($"{Where}: {fault.Message.Replace(path + ": ", "", StringComparison.Ordinal)}", fault);
            }
        }
    }

    private sealed class KnownTensors
    {
        public Dictionary<(string Key, string Digest), WeightsFile> Files { get; } = [];
    }
}
