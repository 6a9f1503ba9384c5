using TorchSharp;
using static TorchSharp.torch;

namespace PathVlm.Modeling.Checkpoints.Safetensors;

/// <summary>
/// Brings the bytes of a large tensor straight to a CUDA device, in pieces through two page-locked buffers: while one is copied, which the
/// device does by itself, the other is filled. Nothing of the tensor's size exists on the host.
/// </summary>
internal static class DeviceUpload
{
    /// <summary>Smaller tensors are copied whole.</summary>
    public const long WorthIt = 1 << 20;

    private const int BufferBytes = 64 << 20, PieceBytes = 1 << 20;

    // libtorch keeps page-locked memory that is let go of for the next who asks, so a buffer a tensor costs nothing.
    private const string Script = """
        def locked(count: int, like: Tensor) -> Tensor:
            return torch.empty([count], dtype=like.dtype, pin_memory=True)

        """;

    private static readonly Lazy<jit.CompilationUnit> Unit = new(() => jit.compile(Script));

    /// <summary>Fills a contiguous tensor on a CUDA device.</summary>
    /// <param name="destination">The tensor, of any type.</param>
    /// <param name="entry">What the file holds.</param>
    /// <param name="source">Gives its bytes.</param>
    public static void Fill(Tensor destination, SafetensorsEntry entry, TensorBytes.Source source)
    {
        using DisposeScope scope = NewDisposeScope();
        int size = SafetensorsTypes.SizeOf(entry.Type);
        long atOnce = BufferBytes / size;
        Tensor flat = destination.detach().view(-1);
        Tensor[] buffers = [Locked(), Locked()];
        int turn = 0;
        for (long start = 0; start < entry.ElementCount; start += atOnce, turn ^= 1)
        {
            using DisposeScope inner = NewDisposeScope();
            long count = Math.Min(atOnce, entry.ElementCount - start);
            Tensor piece = buffers[turn].narrow(0, 0, count), there = flat.narrow(0, start, count);
            Read(piece, start * size, count * size, source);
            // The copy of the other buffer is done after this, so that it may be filled while this one is copied.
            cuda.synchronize(destination.device);
            if (destination.dtype == entry.Type) there.copy_(piece, nonBlocking: true);
            else there.copy_(empty([count], entry.Type, destination.device).copy_(piece, nonBlocking: true));
        }

        cuda.synchronize(destination.device);

        Tensor Locked() => (Tensor)Unit.Value.invoke("locked", (int)Math.Min(atOnce, entry.ElementCount), empty(0, entry.Type));
    }

    private static void Read(Tensor piece, long offset, long bytes, TensorBytes.Source source)
    {
        nint address = TensorBytes.Address(piece);
        InParallel.For((bytes + PieceBytes - 1) / PieceBytes, part =>
        {
            long from = part * PieceBytes;
            source(offset + from, Span(address + (nint)from, (int)Math.Min(PieceBytes, bytes - from)));
        });
    }

    private static unsafe Span<byte> Span(nint address, int count) => new((byte*)address, count);
}
