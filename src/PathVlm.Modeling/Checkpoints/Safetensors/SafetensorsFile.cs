using System.Buffers.Binary;
using Microsoft.Win32.SafeHandles;
using PathVlm.Modeling.Files;
using static TorchSharp.torch;

namespace PathVlm.Modeling.Checkpoints.Safetensors;

/// <summary>
/// A safetensors file, opened for reading: opening costs its header, and a tensor's bytes are read straight into the tensor's memory.
/// (Copying
/// out of a mapped file was measured at two to ten times the time: every page is faulted in twice.) Reading from several threads is safe.
/// </summary>
internal sealed class SafetensorsFile : IDisposable
{
    private const int CountedPiece = 1 << 20;

    private readonly SafeFileHandle _handle;
    private readonly Dictionary<string, SafetensorsEntry> _entries;
    private readonly Dictionary<string, string> _metadata;

    private SafetensorsFile(string path, SafeFileHandle handle)
    {
        Path = path;
        _handle = handle;
        long length = RandomAccess.GetLength(handle);
        if (length < SafetensorsHeader.PrefixLength)
            throw new InvalidDataException($"{path}: cut off: expected at least {SafetensorsHeader.PrefixLength} bytes, got {length}.");
        byte[] prefix = Bytes(0, SafetensorsHeader.PrefixLength);
        SafetensorsHeader.RefuseOtherKinds(prefix, path);
        int headerLength = SafetensorsHeader.ValidateLength(BinaryPrimitives.ReadUInt64LittleEndian(prefix), length, path);
        (_entries, _metadata) = SafetensorsHeader.Validate(Bytes(SafetensorsHeader.PrefixLength, headerLength), length, path);
    }

    /// <summary>Path the file was opened by.</summary>
    public string Path { get; }

    /// <summary>Texts the writer put beside the tensors (<c>__metadata__</c>); empty where there are none.</summary>
    public IReadOnlyDictionary<string, string> Metadata => _metadata;

    /// <summary>Tensors by name.</summary>
    public IReadOnlyDictionary<string, SafetensorsEntry> Entries => _entries;

    /// <summary>Opens a file and validates its header.</summary>
    /// <param name="path">Path of the file.</param>
    /// <returns>The open file; the caller disposes it.</returns>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="InvalidDataException">The file breaks a rule of the format; the message names file, tensor and rule.</exception>
    public static SafetensorsFile Open(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        SafeFileHandle handle = InputFile.Open(path);
        try
        {
            return new SafetensorsFile(path, handle);
        }
        catch
        {
            handle.Dispose();
            throw;
        }
    }

    /// <summary>Reads a tensor in the type the file holds.</summary>
    /// <param name="name">Name of the tensor.</param>
    /// <returns>A new tensor with the shape and type of its entry, on the CPU; the caller disposes it.</returns>
    /// <exception cref="KeyNotFoundException">The file has no such tensor.</exception>
    public Tensor Read(string name) => Read(name, Find(name).Type);

    /// <summary>Reads a tensor and converts it.</summary>
    /// <param name="name">Name of the tensor.</param>
    /// <param name="type">Element type of the result.</param>
    /// <returns>A new tensor with the shape of its entry, of type <paramref name="type"/>, on the CPU; the caller disposes it.</returns>
    /// <exception cref="KeyNotFoundException">The file has no such tensor.</exception>
    public Tensor Read(string name, ScalarType type)
    {
        SafetensorsEntry entry = Find(name);
        Tensor tensor = empty([.. entry.Shape], dtype: type);
        HugePages.Advise(tensor);
        try
        {
            ReadInto(name, tensor);
            return tensor;
        }
        catch
        {
            tensor.Dispose();
            throw;
        }
    }

    /// <summary>
    /// Reads a tensor into one that exists, converting to its type; its device and strides do not matter.
    /// </summary>
    /// <param name="name">Name of the tensor.</param>
    /// <param name="destination">A tensor of the same shape, any type and device; it stays the caller's.</param>
    /// <exception cref="KeyNotFoundException">The file has no such tensor.</exception>
    /// <exception cref="ArgumentException"><paramref name="destination"/> has another shape.</exception>
    /// <exception cref="InvalidDataException">The file was cut short since it was opened.</exception>
    public void ReadInto(string name, Tensor destination) => ReadInto(name, destination, null);

    /// <summary>Closes the file. Tensors that were read stay valid.</summary>
    public void Dispose() => _handle.Dispose();

    /// <summary>
    /// Reads a tensor as <see cref="ReadInto(string, Tensor)"/> does, and counts values that are NaN or infinite: in the file, and those
    /// that a narrower type makes so.
    /// </summary>
    /// <returns>How many there are.</returns>
    internal long ReadCounting(string name, Tensor destination)
    {
        ScalarType type = Find(name).Type;
        NonFiniteCounter counter = new(type);
        ReadInto(name, destination, counter);
        return Narrows(type, destination.dtype) ? NonFiniteCounter.CountOf(destination) : counter.Count;
    }

    /// <summary>A run of the file's bytes.</summary>
    internal byte[] Bytes(long offset, int count)
    {
        byte[] bytes = new byte[count];
        ReadExactly(offset, bytes, null);
        return bytes;
    }

    // Whether a finite value of the first type may be infinite in the second one.
    private static bool Narrows(ScalarType from, ScalarType to) => from != to
        && (from == ScalarType.Float64 || (to == ScalarType.Float16 && from is (ScalarType.Float32 or ScalarType.BFloat16)));

    private void ReadInto(string name, Tensor destination, NonFiniteCounter? counter)
    {
        ArgumentNullException.ThrowIfNull(destination);
        SafetensorsEntry entry = Find(name);
        if (!destination.shape.AsSpan().SequenceEqual(entry.Shape.ToArray()))
        {
            throw new ArgumentException(
                $"{Path}: tensor [{name}]: expected a destination of shape [{string.Join(", ", entry.Shape)}], "
                + $"got [{string.Join(", ", destination.shape)}].",
                nameof(destination));
        }

        if (entry.ByteCount > 0)
            TensorBytes.Fill(destination, entry, (offset, bytes) => ReadExactly(entry.Offset + offset, bytes, counter));
    }

    private void ReadExactly(long offset, Span<byte> bytes, NonFiniteCounter? counter)
    {
        // Counted in pieces that stay in the processor's cache meanwhile.
        for (int start = 0; counter is not null && start < bytes.Length; start += CountedPiece)
        {
            Span<byte> piece = bytes[start..Math.Min(bytes.Length, start + CountedPiece)];
            ReadExactly(offset + start, piece);
            counter.Add(piece);
        }

        if (counter is null) ReadExactly(offset, bytes);
    }

    private void ReadExactly(long offset, Span<byte> bytes)
    {
        for (int done = 0; done < bytes.Length;)
        {
            int read = RandomAccess.Read(_handle, bytes[done..], offset + done);
            if (read == 0)
                throw new InvalidDataException(
                    $"{Path}: cut off: expected {offset + bytes.Length} bytes, got {offset + done}; it was longer when it was opened.");
            done += read;
        }
    }

    private SafetensorsEntry Find(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        return _entries.TryGetValue(name, out SafetensorsEntry? entry)
            ? entry
            : throw new KeyNotFoundException(MessageLine.Of(Path, $"no tensor [{MessageLine.Value(name)}] among {_entries.Count}."));
    }
}
