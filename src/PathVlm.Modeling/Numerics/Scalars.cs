using System.Collections.Concurrent;
using TorchSharp;

namespace PathVlm.Modeling.Numerics;

/// <summary>
/// Scalars for libtorch that live on. TorchSharp hands a scalar's native pointer to a call without keeping the object alive, so one made
/// in passing may be finalized while the call still reads it (seen: "Expected false to be true" from toFloat after some hundred
/// training steps). Values that recur are kept for the life of the program; the few thousand that do not, such as learning rates, in a
/// ring.
/// </summary>
internal static class Scalars
{
    /// <summary>One: the factor of <c>add</c>, which TorchSharp would otherwise make in passing.</summary>
    public static readonly Scalar One = MakeWhole(1);

    private const int KeptForever = 1024;
    private static readonly ConcurrentDictionary<double, Scalar> Kept = new();
    private static readonly Scalar?[] Ring = new Scalar?[4096];
    private static int _next;

    /// <summary>A floating-point scalar.</summary>
    public static Scalar Of(double value)
    {
        if (Kept.TryGetValue(value, out Scalar? kept)) return kept;
        Scalar made = Make(value);
        if (Kept.Count < KeptForever) return Kept.GetOrAdd(value, made);
        // The one that leaves the ring is freed by the collector 4,096 calls later, long after its own call has returned.
        Ring[(uint)Interlocked.Increment(ref _next) % (uint)Ring.Length] = made;
        return made;
    }

    /// <summary>A whole-number scalar.</summary>
    public static Scalar Of(long value) => Whole.GetOrAdd(value, MakeWhole);

    private static readonly ConcurrentDictionary<long, Scalar> Whole = new();

#pragma warning disable RS0030 // the one place that makes scalars
    private static Scalar Make(double value) => value;

    private static Scalar MakeWhole(long value) => value;
#pragma warning restore RS0030
}
