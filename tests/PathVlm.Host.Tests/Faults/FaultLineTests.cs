using PathVlm.Host.Faults;
using PathVlm.MLNet.Judging.Protocol;

namespace PathVlm.Host.Tests.Faults;

public sealed class FaultLineTests
{
    public static TheoryData<Exception, int, string> Faults => new()
    {
        { new OperationCanceledException("token"), ExitCodes.Cancelled, "cancelled: what was finished is kept" },
        { new JudgeStoppedException("wrong key"), ExitCodes.RunStopped, "pathvlm: wrong key" },
        { new InvalidDataException("two\n  lines"), ExitCodes.UserMistake, "pathvlm: two lines" },
        { new ArgumentOutOfRangeException("path", "Model: expected a zip, got [x]"), ExitCodes.UserMistake,
            "pathvlm: Model: expected a zip, got [x]" },
    };

    [Theory]
    [MemberData(nameof(Faults), DisableDiscoveryEnumeration = true)]
    public void AFaultIsOneLineAndItsCodeAlsoWhereWorkerThreadsWrappedIt(Exception fault, int code, string line)
    {
        Exception[] wrapped =
        [
            fault,
            new AggregateException(fault),
            new InvalidOperationException("Splitter/consolidator worker encountered exception while consuming source data", fault),
        ];
        foreach (Exception error in wrapped)
        {
            using StringWriter stderr = new();
            Assert.Equal(code, FaultLine.Report(error, stderr));
            Assert.Equal(line, stderr.ToString().TrimEnd());
        }
    }

    [Fact]
    public void AFaultOfTheProgramNamesTheFileThatHoldsTheDetails()
    {
        using StringWriter stderr = new();
        Assert.Equal(ExitCodes.Fault, FaultLine.Report(new KeyNotFoundException("the key"), stderr));
        string line = stderr.ToString().TrimEnd();
        Assert.StartsWith("pathvlm: the key (a fault of the program; details in ", line, StringComparison.Ordinal);
        string log = line[(line.IndexOf("details in ", StringComparison.Ordinal) + 11)..^1];
        Assert.Contains(nameof(KeyNotFoundException), File.ReadAllText(log), StringComparison.Ordinal);
        File.Delete(log);
    }
}
