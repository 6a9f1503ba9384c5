using PathVlm.Modeling.Files;
using PathVlm.Modeling.Files.Platform;
using PathVlm.Testing;

namespace PathVlm.Modeling.Tests.Files;

public sealed class RunLockTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task ASecondRunIsRefusedWithTheProcessNamed()
    {
        // Another flow of this process stands for another process: the lock belongs to the open file.
        using ManualResetEventSlim taken = new(), done = new();
        Task first = Task.Run(() =>
        {
            using RunLock held = RunLock.Take(_folder.Path);
            taken.Set();
            done.Wait();
        });
        taken.Wait();
        IOException fault = Assert.Throws<IOException>(() => RunLock.Take(_folder.Path));
        Assert.Equal($"[{_folder.Path}] is in use by process {Environment.ProcessId}; expected a folder that no other run writes to.",
            fault.Message);
        done.Set();
        await first;
        RunLock.Take(_folder.Path).Dispose();
        Assert.Empty(Directory.EnumerateFileSystemEntries(_folder.Path));
    }

    [Fact]
    public void CodeInsideTheLockMayTakeItAgain()
    {
        using (RunLock.Take(_folder.Path))
        {
            RunLock.Take(_folder.Path).Dispose();
            Assert.True(File.Exists(_folder.PathOf(RunLock.FileName)));
        }

        Assert.False(File.Exists(_folder.PathOf(RunLock.FileName)));
    }

    [Fact]
    public void TheLockOfADeadProcessIsTakenOver()
    {
        File.WriteAllText(_folder.PathOf(RunLock.FileName), $"{new ProcessIdentity(int.MaxValue - 1, 1)}@{Environment.MachineName}\n");
        RunLock.Take(_folder.Path).Dispose();
    }

    [Fact]
    public void AProcessIsKnownByItsIdAndItsStart()
    {
        Assert.True(ProcessIdentity.Current.IsAlive);
        Assert.False((ProcessIdentity.Current with { StartTicks = 1 }).IsAlive);
        Assert.Equal(ProcessIdentity.Current, ProcessIdentity.Parse(ProcessIdentity.Current.ToString()));
        Assert.Null(ProcessIdentity.Parse("12"));
    }
}
