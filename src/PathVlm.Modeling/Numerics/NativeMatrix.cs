using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using static TorchSharp.torch;

namespace PathVlm.Modeling.Numerics;

/// <summary>Float32 memory outside the heap, aligned to cache lines; pages that are never written cost nothing.</summary>
internal sealed unsafe class NativeMatrix : IDisposable
{
    private float* _values;

    /// <summary>Allocates.</summary>
    /// <param name="count">Values.</param>
    public NativeMatrix(long count)
    {
        Count = count;
        _values = (float*)NativeMemory.AlignedAlloc(checked((nuint)Math.Max(count, 1) * sizeof(float)), 64);
    }

    ~NativeMatrix() => NativeMemory.AlignedFree(_values);

    /// <summary>Values.</summary>
    public long Count { get; }

    /// <summary>The first value.</summary>
    public float* Values => _values;

    /// <summary>Address of a contiguous float32 tensor on the CPU, valid while the tensor lives.</summary>
    /// <exception cref="ArgumentException">The tensor is of another kind.</exception>
    public static nint AddressOf(Tensor tensor)
    {
        if (tensor.device_type != TorchSharp.DeviceType.CPU || tensor.dtype != ScalarType.Float32 || !tensor.is_contiguous())
            throw new ArgumentException(
                $"Kernels: expected contiguous float32 on the CPU, got {tensor.dtype} on {tensor.device}.", nameof(tensor));
        using Tensor flat = tensor.detach().view(-1);
        using Tensor first = flat.narrow(0, 0, 1);
        return (nint)Unsafe.AsPointer(ref MemoryMarshal.GetReference(first.bytes));
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        NativeMemory.AlignedFree(_values);
        _values = null;
        GC.SuppressFinalize(this);
    }
}
