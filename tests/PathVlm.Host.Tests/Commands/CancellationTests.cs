using System.Diagnostics;
using System.Runtime.InteropServices;
using PathVlm.Host.Tests.Support;
using PathVlm.Testing;

namespace PathVlm.Host.Tests.Commands;

public sealed partial class CancellationTests : IDisposable
{
    private const int Terminate = 15;
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task AStoppedRunEndsWith130AndOneLine()
    {
        if (OperatingSystem.IsWindows()) return; // no signals there
        using Process process = CommandLine.Start("synthesize", "--output", folder.PathOf("set"), "--set", "Set:SftCount=1000000");
        Task<Outcome> outcome = CommandLine.FinishAsync(process);
        while (!process.HasExited && !Directory.Exists(folder.PathOf("set"))) await Task.Delay(20);
        Assert.False(process.HasExited);
        Assert.Equal(0, Send(process.Id, Terminate));
        Assert.Equal((ExitCodes.Cancelled, "cancelled: what was finished is kept"), ((await outcome).Code, (await outcome).Error.Trim()));
    }

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int Send(int process, int signal);
}
