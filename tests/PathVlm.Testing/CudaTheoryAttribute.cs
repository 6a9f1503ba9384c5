namespace PathVlm.Testing;

/// <summary>
/// A theory about CUDA kernels: it runs where <see cref="TestDevice.Variable"/> is cuda (build/gpu/on-device.sh sets it).
/// </summary>
public sealed class CudaTheoryAttribute : TheoryAttribute
{
    public CudaTheoryAttribute()
    {
        if (TestDevice.IsCpu) Skip = $"takes a CUDA device: run with {TestDevice.Variable}=cuda, as build/gpu/on-device.sh does";
    }
}
