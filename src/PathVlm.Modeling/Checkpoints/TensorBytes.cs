using System.Runtime.InteropServices;
using TorchSharp;
using static TorchSharp.torch;

namespace PathVlm.Modeling.Checkpoints;

/// <summary>Copies between the memory of a tensor and plain bytes.</summary>
internal static class TensorBytes
{
    /// <summary>Elements converted at a time: the piece stays in the processor's cache between copy and conversion.</summary>
    private const int PieceElements = 1 << 18;
    private const int PieceBytes = 1 << 26;

    public delegate ReadOnlySpan<byte> Source(long offset, int count);

    /// <summary>Fills a tensor of any type, device and strides from the bytes of one tensor of a file.</summary>
    public static void Fill(Tensor destination, SafetensorsEntry entry, Source source)
    {
        using IDisposable grad = no_grad();
        using DisposeScope scope = NewDisposeScope();
        if (destination.device_type != DeviceType.CPU || !destination.is_contiguous())
        {
            Tensor whole = empty([.. entry.Shape], dtype: entry.Type);
            Fill(whole, entry, source);
            destination.copy_(whole);
        }
        else if (destination.dtype == entry.Type)
        {
            for (long offset = 0; offset < entry.ByteCount; offset += PieceBytes)
            {
                int count = (int)Math.Min(PieceBytes, entry.ByteCount - offset);
                source(offset, count).CopyTo(Memory(destination, offset, count));
            }
        }
        else
        {
            Convert(destination.detach().view(-1), entry, source);
        }
    }

    private static void Convert(Tensor destination, SafetensorsEntry entry, Source source)
    {
        long elements = entry.ElementCount;
        int size = SafetensorsTypes.SizeOf(entry.Type);
        Tensor piece = empty(Math.Min(PieceElements, elements), dtype: entry.Type);
        for (long start = 0; start < elements; start += PieceElements)
        {
            using DisposeScope scope = NewDisposeScope();
            int count = (int)Math.Min(PieceElements, elements - start);
            source(start * size, count * size).CopyTo(Memory(piece, 0, count * size));
            destination.narrow(0, start, count).copy_(piece.narrow(0, 0, count));
        }
    }

    /// <summary>Bytes of a contiguous tensor on the CPU, which has at least one element; valid while it lives.</summary>
    public static unsafe Span<byte> Memory(Tensor tensor, long offset, int count)
    {
        using Tensor first = tensor.detach().view(-1).narrow(0, 0, 1);
        byte* start = (byte*)System.Runtime.CompilerServices.Unsafe.AsPointer(ref MemoryMarshal.GetReference(first.bytes));
        return new Span<byte>(start + offset, count);
    }
}
