using System.Diagnostics;
using PathVlm.Host.Faults;

namespace PathVlm.Host.Tests.Support;

/// <summary>Runs a command line of the program: in this process, or the built program in a process of its own.</summary>
internal static class CommandLine
{
    public static async Task<Outcome> RunAsync(params string[] args)
    {
        using StringWriter output = new(), error = new();
        int code = await PathVlmProgram.RunAsync(args, output, error);
        return new Outcome(code, output.ToString(), error.ToString());
    }

    // The program's own output folder: the copy beside this assembly lacks what the tests' web framework brings.
    private static readonly string Program =
        Path.GetFullPath(Path.Combine(
            AppContext.BaseDirectory, "..", "..", "PathVlm.Host", new DirectoryInfo(AppContext.BaseDirectory).Name, "pathvlm.dll"));

    /// <summary>Starts <c>dotnet pathvlm.dll</c>, as it was built.</summary>
    public static Process Start(params string[] args) => Start([], args);

    /// <summary>Starts it with environment variables of its own.</summary>
    public static Process Start((string Name, string Value)[] environment, params string[] args)
    {
        ProcessStartInfo start = new("dotnet", ["exec", Program, .. args])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach ((string name, string value) in environment) start.Environment[name] = value;
        return Process.Start(start)!;
    }

    /// <summary>Waits for a started program and reads what it wrote.</summary>
    public static async Task<Outcome> FinishAsync(Process process)
    {
        Task<string> output = process.StandardOutput.ReadToEndAsync(), error = process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        return new Outcome(process.ExitCode, await output, await error);
    }
}

/// <summary>What a command line came to.</summary>
internal sealed record Outcome(int Code, string Output, string Error)
{
    /// <summary>The lines of results and progress, without their ends.</summary>
    public string[] Lines => (Output + Error).Split('\n', StringSplitOptions.TrimEntries);

    /// <summary>The one line of a mistake or of a stopped run.</summary>
    public string ErrorLine => Assert.Single(Error.Split('\n'), line => line.StartsWith("pathvlm: ", StringComparison.Ordinal));

    /// <summary>Results, then progress, of a run that was a success.</summary>
    public string Success()
    {
        Assert.True(Code == ExitCodes.Done, $"exit code {Code}: {Error}");
        Assert.DoesNotContain("pathvlm: ", Error, StringComparison.Ordinal);
        return Output + Error;
    }

    /// <summary>Holds the outcome to a user's mistake: exit code 2, one line that says this, no stack trace.</summary>
    public void IsMistake(params string[] said)
    {
        Assert.True(Code == ExitCodes.UserMistake, $"exit code {Code}: {Error}{Output}");
        string line = ErrorLine;
        Assert.DoesNotContain("   at ", Error, StringComparison.Ordinal);
        Assert.DoesNotContain("Exception", line, StringComparison.Ordinal);
        Assert.All(said, part => Assert.Contains(part, line, StringComparison.Ordinal));
    }
}
