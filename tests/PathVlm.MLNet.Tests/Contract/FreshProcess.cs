using System.Diagnostics;
using Microsoft.ML;

namespace PathVlm.MLNet.Tests.Contract;

/// <summary>
/// The test program's entry point. Started by a test it loads a zip with plain <c>Model.Load</c>, in a process in which no assembly of
/// ours is loaded, transforms rows, and writes the values it got.
/// </summary>
internal static class FreshProcess
{
    /// <summary>Arguments: zip, rows (ML.NET's binary format), output, columns.</summary>
    public static int Main(string[] arguments)
    {
        if (arguments.Length < 4)
        {
            Console.Error.WriteLine("usage: ZIP ROWS OUTPUT COLUMN... (started by the tests; run them with dotnet test)");
            return 2;
        }
        if (AppDomain.CurrentDomain.GetAssemblies().Any(assembly => assembly.GetName().Name == "PathVlm.MLNet"))
        {
            Console.Error.WriteLine("PathVlm.MLNet is loaded already: this process proves nothing.");
            return 3;
        }
        var ml = new MLContext();
        ITransformer model = ml.Model.Load(arguments[0], out _);
        IDataView rows = RowSource.Open(ml, arguments[1]);
        File.WriteAllLines(arguments[2], RowDump.Of(model.Transform(rows), arguments[3..]));
        return 0;
    }

    /// <summary>Runs <see cref="Main"/> in a process of its own and returns the lines it wrote.</summary>
    public static string[] Transform(string zip, string rows, params string[] columns)
    {
        string output = Path.Combine(Path.GetDirectoryName(zip)!, Path.GetRandomFileName());
        var start = new ProcessStartInfo("dotnet", ["exec", typeof(FreshProcess).Assembly.Location, zip, rows, output, .. columns])
        {
            RedirectStandardError = true,
        };
        using Process process = Process.Start(start)!;
        string error = process.StandardError.ReadToEnd();
        process.WaitForExit();
        Assert.True(process.ExitCode == 0, $"exit code {process.ExitCode}: {error}");
        return File.ReadAllLines(output);
    }
}
