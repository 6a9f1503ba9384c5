using System.Globalization;
using System.Text;
using TorchSharp;

namespace PathVlm.Benchmarks.Measuring;

/// <summary>Collects rows, prints them as they come, and writes them as Markdown.</summary>
internal sealed class ResultTable(Machine machine, TextWriter output)
{
    private const string Head =
        "| benchmark | case | median s | min-max s (n) | GEMM-GFLOP equivalents | figure | goal | of matrix rate | of bandwidth | "
            + "peak MB | padded / ours |";

    private const string Rule = "|---|---|---|---|---|---|---|---|---|---|---|";
    private readonly List<ResultRow> _rows = [];
    private readonly List<string> _notes = [];

    /// <summary>The rows so far.</summary>
    public IReadOnlyList<ResultRow> Rows => _rows;

    /// <summary>Prints the head.</summary>
    public void Begin()
    {
        output.WriteLine(Head);
        output.WriteLine(Rule);
    }

    /// <summary>Adds a row and prints it.</summary>
    public void Add(ResultRow row)
    {
        _rows.Add(row);
        output.WriteLine(Line(row));
    }

    /// <summary>Adds a line below the table: phases, laws, plots.</summary>
    public void Note(string note)
    {
        _notes.Add(note);
        output.WriteLine("  " + note);
    }

    /// <summary>Prints the machine's rates.</summary>
    public void End() => output.WriteLine(MachineLine());

    /// <summary>The table with its notes.</summary>
    public string ToMarkdown()
    {
        StringBuilder text = new();
        text.AppendLine(Head).AppendLine(Rule);
        foreach (ResultRow row in _rows) text.AppendLine(Line(row));
        text.AppendLine().AppendLine(MachineLine()).AppendLine();
        foreach (string note in _notes) text.Append("- ").AppendLine(note);
        return text.ToString();
    }

    /// <summary>Seconds as operations of the machine's matrix product, in GFLOP.</summary>
    public double Equivalents(double seconds) => seconds * machine.ProductRate / 1e9;

    private string MachineLine() => string.Create(CultureInfo.InvariantCulture,
        $"{torch.get_num_threads()} thread(s){(Clock.TellsProcessorTime ? ", processor time" : "")}; matrix product "
            + $"{machine.ProductRate / 1e9:F0} GFLOP/s "
        + $"({machine.ProductRates.Least / 1e9:F0}-{machine.ProductRates.Most / 1e9:F0}); reading {machine.ReadBandwidth / 1e9:F1} GB/s; "
        + $"load average {LoadAverage()}.");

    private string Line(ResultRow row)
    {
        double seconds = row.Time.Median;
        return string.Create(CultureInfo.InvariantCulture,
            $"| {row.Benchmark} | {row.Case} | {seconds:G4} | {row.Time.Least:G4}-{row.Time.Most:G4} ({row.Time.Count}) "
            + $"| {Equivalents(seconds):F1} | {row.Figure} | {row.Goal} | "
            + $"{Percent(row.NecessaryOperations / seconds / machine.ProductRate)} "
            + $"| {Percent(row.NecessaryBytes / seconds / machine.ReadBandwidth)} | {row.PeakBytes / 1e6:F0} | {row.RatioToUsual:F2} |");
    }

    private static string Percent(double? share) => share is null ? "" : share.Value.ToString("P0", CultureInfo.InvariantCulture);

    private static string LoadAverage() => File.Exists("/proc/loadavg") ? File.ReadAllText("/proc/loadavg").Split(' ')[0] : "unknown";
}
