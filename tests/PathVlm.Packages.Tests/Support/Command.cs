using System.Diagnostics;
using System.Text;

namespace PathVlm.Packages.Tests.Support;

/// <summary>What a process said and how it ended.</summary>
/// <param name="ExitCode">Its exit code.</param>
/// <param name="Output">Its standard output.</param>
/// <param name="Errors">Its standard error.</param>
internal sealed record CommandResult(int ExitCode, string Output, string Errors);

/// <summary>Runs programs as a user does from a shell: in a folder, without what the test runner put into the environment.</summary>
internal static class Command
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(9);
    private static readonly string[] Inherited =
        ["MSBUILD", "VSTEST", "TESTINGPLATFORM", "COREHOST", "DOTNET_CLI_", "DOTNET_HOST_PATH", "DOTNET_ROOT_", "CI"];

    /// <summary>The .NET host that runs these tests, or the one that the shell finds.</summary>
    public static string DotNet { get; } = Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") is { Length: > 0 } host
        && Environment.GetEnvironmentVariable("BUILD_SLOT") is null ? host : "dotnet";

    /// <summary>Runs a program to its end.</summary>
    /// <param name="folder">Its current folder.</param>
    /// <param name="variables">Environment variables added.</param>
    /// <param name="program">The program.</param>
    /// <param name="arguments">Its arguments.</param>
    /// <exception cref="TimeoutException">It did not end within nine minutes; it and its children are ended.</exception>
    public static CommandResult Run(string folder, IReadOnlyDictionary<string, string> variables, string program, params string[] arguments)
    {
        ProcessStartInfo start = new(program, arguments)
        {
            WorkingDirectory = folder,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = true,
            UseShellExecute = false,
        };
        foreach (string name in start.Environment.Keys.ToArray())
            if (Inherited.Any(prefix => name.StartsWith(prefix, StringComparison.OrdinalIgnoreCase))) start.Environment.Remove(name);
        // No process outlives a test: neither build nodes nor the compiler's server.
        start.Environment["MSBUILDDISABLENODEREUSE"] = "1";
        start.Environment["UseSharedCompilation"] = "false";
        start.Environment["DOTNET_CLI_TELEMETRY_OPTOUT"] = "1";
        start.Environment["DOTNET_NOLOGO"] = "1";
        start.Environment["OMP_WAIT_POLICY"] = "passive";
        foreach ((string name, string value) in variables) start.Environment[name] = value;

        using Process process = Process.Start(start) ?? throw new InvalidOperationException($"{program} did not start");
        StringBuilder output = new(), errors = new();
        process.OutputDataReceived += (_, line) => Keep(output, line.Data);
        process.ErrorDataReceived += (_, line) => Keep(errors, line.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        process.StandardInput.Close();
        if (!process.WaitForExit(Limit))
        {
            process.Kill(entireProcessTree: true);
            throw new TimeoutException($"{program} {string.Join(' ', arguments)} did not end within {Limit}:\n{output}\n{errors}");
        }

        process.WaitForExit();
        return new CommandResult(process.ExitCode, output.ToString(), errors.ToString());
    }

    /// <summary>Runs a program that has to succeed, and gives its standard output.</summary>
    public static string Succeed(string folder, IReadOnlyDictionary<string, string> variables, string program, params string[] arguments)
    {
        CommandResult result = Run(folder, variables, program, arguments);
        Assert.True(result.ExitCode == 0,
            $"{program} {string.Join(' ', arguments)} in {folder}: exit code {result.ExitCode}\n{result.Output}\n{result.Errors}");
        return result.Output;
    }

    private static void Keep(StringBuilder text, string? line)
    {
        if (line is null) return;
        lock (text) text.Append(line).Append('\n');
    }
}
