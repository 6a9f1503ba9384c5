using PathVlm.Modeling.Forecasting;
using PathVlm.Testing;

namespace PathVlm.Modeling.Tests.Forecasting;

/// <summary>The memory of a machine whose files are made up.</summary>
public sealed class MachineMemoryTests : IDisposable
{
    private readonly TemporaryFolder _root = new();

    public MachineMemoryTests() => Write("MemTotal:       25165824 kB\nMemFree: 1 kB\n", "proc", "meminfo");

    public void Dispose() => _root.Dispose();

    [Fact]
    public void WithoutAControlGroupItIsTheMachines() => Assert.Equal(24L << 30, MachineMemory.CpuBytes(_root.Path));

    [Theory]
    [InlineData("10737418240", 10L << 30)]
    [InlineData("max", 24L << 30)]
    [InlineData("no number", 24L << 30)]
    public void AControlGroupOfVersion2LimitsIt(string limit, long expected)
    {
        Write("0::/jobs/one\n", "proc", "self", "cgroup");
        Write(limit + "\n", "sys", "fs", "cgroup", "jobs", "one", "memory.max");
        Assert.Equal(expected, MachineMemory.CpuBytes(_root.Path));
    }

    [Fact]
    public void AGroupAboveTheProcesssOwnLimitsItToo()
    {
        Write("0::/jobs/one\n", "proc", "self", "cgroup");
        Write("max", "sys", "fs", "cgroup", "jobs", "one", "memory.max");
        Write("8589934592", "sys", "fs", "cgroup", "jobs", "memory.max");
        Assert.Equal(8L << 30, MachineMemory.CpuBytes(_root.Path));
    }

    [Fact]
    public void AControlGroupOfVersion1LimitsItByItsMemoryController()
    {
        Write("4:memory:/jobs\n3:cpu,cpuacct:/other\n", "proc", "self", "cgroup");
        Write("4294967296", "sys", "fs", "cgroup", "memory", "jobs", "memory.limit_in_bytes");
        Write("1", "sys", "fs", "cgroup", "cpu", "other", "memory.limit_in_bytes");
        Assert.Equal(4L << 30, MachineMemory.CpuBytes(_root.Path));
    }

    private void Write(string text, params string[] parts)
    {
        string path = _root.PathOf(parts);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, text);
    }
}
