using System.Security.Cryptography;
using System.Text;
using static TorchSharp.torch;

namespace PathVlm.MLNet.Persistence.Weights;

/// <summary>Content hashes: equal ones mean that a tensor need not be stored twice, unequal ones that a file was changed.</summary>
internal static class TensorDigest
{
    private const long ChunkElements = 1 << 24;

    /// <summary>SHA-256 of type, shape and values, as lower-case hexadecimal digits.</summary>
    public static string Of(Tensor tensor)
    {
        using TorchSharp.DisposeScope _ = NewDisposeScope();
        using IDisposable noGradient = no_grad();
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(Encoding.ASCII.GetBytes($"{tensor.dtype}[{string.Join(',', tensor.shape)}]"));
        Tensor flat = tensor.detach().flatten();
        for (long start = 0; start < flat.shape[0]; start += ChunkElements)
        {
            using Tensor chunk = flat.narrow(0, start, Math.Min(ChunkElements, flat.shape[0] - start)).cpu().contiguous();
            hash.AppendData(chunk.bytes);
        }
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }
}
