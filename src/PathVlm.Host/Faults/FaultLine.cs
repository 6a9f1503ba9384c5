using System.Globalization;
using System.Text;
using PathVlm.Experiments.Progress;
using PathVlm.MLNet.Chat.Faults;
using PathVlm.MLNet.Data.Faults;
using PathVlm.MLNet.Judging.Protocol;
using PathVlm.Modeling.Files;
using PathVlm.Modeling.Files.Platform;

namespace PathVlm.Host.Faults;

/// <summary>Turns an exception into one line on stderr and an exit code.</summary>
internal static class FaultLine
{
    /// <summary>Most characters of a line: libraries bound what they repeat of a file, paths may be long.</summary>
    private const int LongestLine = 2_000;

    /// <summary>Reports the fault; the stack trace of a fault of the program is written to the log file that is named.</summary>
    internal static int Report(Exception error, TextWriter stderr)
    {
        if (FullDisk.Find(Inner(error)) is { } full)
        {
            stderr.WriteLine(OneLine(full));
            return ExitCodes.UserMistake;
        }

        switch (Inner(error))
        {
            case OperationCanceledException:
                stderr.WriteLine("cancelled: what was finished is kept");
                return ExitCodes.Cancelled;
            case JudgeStoppedException or ChatStoppedException or RunStoppedException:
                stderr.WriteLine(OneLine(Inner(error)));
                return ExitCodes.RunStopped;
            case { Source: "TorchSharp" }:
                return ReportFault(error, stderr);
            case UserMistakeException or ArgumentException or InvalidDataException or InvalidOperationException or IOException
                or UnauthorizedAccessException or NotSupportedException or FormatException:
                stderr.WriteLine(OneLine(Inner(error)));
                return ExitCodes.UserMistake;
            default:
                return ReportFault(error, stderr);
        }
    }

    private static int ReportFault(Exception error, TextWriter stderr)
    {
        string name = string.Create(CultureInfo.InvariantCulture, $"pathvlm-fault-{Environment.ProcessId}.txt");
        string log = Path.Combine(Path.GetTempPath(), name);
        string details = $"details in {log}";
        try
        {
            using FileStream file = PrivateFile.Open(log);
            file.Write(Encoding.UTF8.GetBytes(error.ToString()));
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException or InvalidDataException)
        {
            details = $"no details: [{log}] cannot be written";
        }

        stderr.WriteLine($"{OneLine(error)} (a fault of the program; {details})");
        return ExitCodes.Fault;
    }

    private static Exception Inner(Exception error) => error switch
    {
        // ML.NET's worker threads wrap what a row's getter threw.
        InvalidOperationException { InnerException: { } inner } worker
            when worker.Message.StartsWith("Splitter/consolidator", StringComparison.Ordinal) => Inner(inner),
        AggregateException { InnerExceptions: [{ } first, ..] } => Inner(first), // several threads met the same fault
        System.Reflection.TargetInvocationException { InnerException: { } inner } => Inner(inner),
        _ => error,
    };

    private static string OneLine(Exception error)
    {
        string message = error is ArgumentException { ParamName: not null } argument
            ? argument.Message.Replace($" (Parameter '{argument.ParamName}')", "", StringComparison.Ordinal)
            : DataFault.Find(error) is { } fault
                ? DataFault.WithRemedy(fault.Finding, InWords(fault.Remedy))
                : error.Message;
        string line = string.Join(' ', message.Split(['\r', '\n', '\t', ' '], StringSplitOptions.RemoveEmptyEntries));
        return "pathvlm: " + (line.Length <= LongestLine ? line : line[..LongestLine] + "…");
    }

    private static string InWords(DataRemedy remedy) => remedy switch
    {
        DataRemedy.SkipRows => "correct them, or leave such rows out with --row-faults skip",
        DataRemedy.NameEncoding => "save it as UTF-8, or name its encoding, such as --encoding windows-1252",
        DataRemedy.NameSplits => "name those that are wanted, such as --splits train",
        DataRemedy.SmallerStages => "ask for fewer with --set Split:Sft=…, Split:Rl=… and Split:Test=…",
        DataRemedy.AllowTrainedRows => "leave them out, or take them all the same with --allow-trained-rows",
        DataRemedy.SkipOpenQuestions => "leave them out with --open-questions skip",
        DataRemedy.NameStages => "name a run's split.json with --split, or its sizes with --set Split:Sft=… and --seed",
        DataRemedy.LongerPrompts => "raise the settings with --set, or make pictures smaller (MaxPixels of the same sections)",
        _ => "",
    };
}
