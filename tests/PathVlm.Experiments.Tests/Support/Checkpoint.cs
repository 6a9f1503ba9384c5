using PathVlm.Testing;

namespace PathVlm.Experiments.Tests.Support;

/// <summary>What the reference set gives these tests.</summary>
internal static class Checkpoint
{
    /// <summary>A checkpoint small enough to be trained in a test.</summary>
    public static string Path { get; } = ReferenceSet.PathOf(ReferenceSet.Checkpoints()[0]);
}
