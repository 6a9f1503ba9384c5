using System.Buffers;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using TorchSharp;
using static TorchSharp.torch;

namespace PathVlm.Modeling.Checkpoints.Safetensors;

/// <summary>
/// Copies between the memory of a tensor and plain bytes. Large tensors go in pieces, which the thread pool shares out: libtorch's own
/// threads wait for each other by spinning, which on a busy machine made converting a piece take milliseconds.
/// </summary>
internal static class TensorBytes
{
    private const int PieceElements = 1 << 20;

    /// <summary>Fills memory with the tensor's bytes from an offset on.</summary>
    public delegate void Source(long offset, Span<byte> bytes);

    /// <summary>Fills a tensor of any type, device and strides from the bytes of one tensor of a file.</summary>
    public static void Fill(Tensor destination, SafetensorsEntry entry, Source source)
    {
        using IDisposable grad = no_grad();
        using DisposeScope scope = NewDisposeScope();
        if (destination.device_type == DeviceType.CUDA && destination.is_contiguous() && entry.ByteCount >= DeviceUpload.WorthIt)
        {
            DeviceUpload.Fill(destination, entry, source);
        }
        else if (destination.device_type != DeviceType.CPU || !destination.is_contiguous())
        {
            Tensor whole = empty([.. entry.Shape], dtype: entry.Type);
            Fill(whole, entry, source);
            destination.copy_(whole);
        }
        else if (destination.dtype == entry.Type
            || (destination.dtype == ScalarType.Float32 && entry.Type is ScalarType.BFloat16 or ScalarType.Float16))
        {
            FillPieces(destination, entry, source);
        }
        else
        {
            Convert(destination.detach().view(-1), entry, source);
        }
    }

    /// <summary>Bytes of a contiguous tensor on the CPU, which has at least one element; valid while it lives.</summary>
    public static unsafe Span<byte> Memory(Tensor tensor, long offset, int count) => new((byte*)Address(tensor) + offset, count);

    /// <summary>Where such a tensor's memory begins.</summary>
    public static unsafe nint Address(Tensor tensor)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor first = tensor.detach().view(-1).narrow(0, 0, 1);
        return (nint)Unsafe.AsPointer(ref MemoryMarshal.GetReference(first.bytes));
    }

    private static unsafe void FillPieces(Tensor destination, SafetensorsEntry entry, Source source)
    {
        nint address = Address(destination);
        int from = SafetensorsTypes.SizeOf(entry.Type), to = SafetensorsTypes.SizeOf(destination.dtype);
        ScalarType target = destination.dtype;
        long pieces = (entry.ElementCount + PieceElements - 1) / PieceElements;
        if (pieces == 1)
            FillPiece(0);
        else
            InParallel.For(pieces, FillPiece);

        void FillPiece(long piece)
        {
            long start = piece * PieceElements;
            int count = (int)Math.Min(PieceElements, entry.ElementCount - start);
            Span<byte> memory = new((byte*)address + (start * to), count * to);
            if (target == entry.Type)
            {
                source(start * from, memory);
                return;
            }

            byte[] rented = ArrayPool<byte>.Shared.Rent(count * from);
            Span<byte> bytes = rented.AsSpan(0, count * from);
            source(start * from, bytes);
            if (entry.Type == ScalarType.BFloat16)
                Widening.FromBFloat16(MemoryMarshal.Cast<byte, ushort>(bytes), MemoryMarshal.Cast<byte, float>(memory));
            else
                Widening.FromHalf(MemoryMarshal.Cast<byte, ushort>(bytes), MemoryMarshal.Cast<byte, float>(memory));
            ArrayPool<byte>.Shared.Return(rented);
        }
    }

    /// <summary>Conversions between other types are libtorch's, a piece at a time.</summary>
    private static void Convert(Tensor destination, SafetensorsEntry entry, Source source)
    {
        long elements = entry.ElementCount;
        int size = SafetensorsTypes.SizeOf(entry.Type);
        Tensor piece = empty(Math.Min(PieceElements, elements), dtype: entry.Type);
        for (long start = 0; start < elements; start += PieceElements)
        {
            using DisposeScope scope = NewDisposeScope();
            int count = (int)Math.Min(PieceElements, elements - start);
            source(start * size, Memory(piece, 0, count * size));
            destination.narrow(0, start, count).copy_(piece.narrow(0, 0, count));
        }
    }
}
