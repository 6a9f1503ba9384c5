using PathVlm.MLNet;
using System.CommandLine;
using PathVlm.Host.Judging;
using PathVlm.Host.Runs;
using PathVlm.MLNet.Data.Rows;
using PathVlm.MLNet.Judging.Panel;
using PathVlm.MLNet.Judging.Protocol;
using PathVlm.MLNet.Judging.Records;

namespace PathVlm.Host.Commands;

/// <summary><c>judge</c>: reviews the completions of a rollout file; what the record holds is not asked again.</summary>
internal sealed class JudgeCommand : Verb
{
    private readonly Argument<string> _rollouts = new("rollouts") { Description = "The rollouts.jsonl that a GRPO stage wrote." };
    private readonly Option<string> _record = new("--record", "-r") { Description = "File that every reply is recorded in and answered from; a second run asks only for what failed in passing.", Required = true };
    private readonly Option<RecordText> _recordText = new("--record-text") { Description = "What the record keeps of texts: Full, or None (their hashes)." };
    private readonly Option<string> _data = new("--data", "-d") { Description = "The set that the rollouts are of, joined by id; by default each line names its own picture and question." };
    private readonly Option<string> _output = new("--output", "-o") { Description = "File for scores and findings, a JSON line a rollout; none is written by default." };
    private readonly JudgeChoice _choice = new();

    internal override int Run(ParseResult parsed, VerbContext context)
    {
        string file = parsed.GetValue(_rollouts)!, recordFile = Path.GetFullPath(parsed.GetValue(_record)!);
        string? scores = OutputPath(parsed.GetValue(_output), file, recordFile);
        ReviewPanelOptions options = JudgeChoice.Panel(context.Configuration);
        (options.RecordFile, options.RecordText) = (recordFile, parsed.GetValue(_recordText));
        IProcessJudge judge = _choice.Of(parsed);
        IReadOnlyList<RolloutLine> lines = new RolloutFile(file, Rows(parsed.GetValue(_data), context)).Read();
        context.Display.Line($"{file}: {lines.Count} rollouts of {lines.Select(line => line.Question.Id).Distinct().Count()} rows; judge: {judge.Identity}");
        foreach (string written in new[] { recordFile, scores }.OfType<string>()) Directory.CreateDirectory(Path.GetDirectoryName(written)!);
        ReviewPanelOptions? prices = JudgeChoice.NamesPrices(context.Configuration) ? options : null;
        (IReadOnlyList<ReviewedRollout> reviewed, ReviewCost cost) = Review(judge, options, prices, lines, context);
        JudgeReport.Scores(context.Display, reviewed);
        JudgeReport.Findings(context.Display, reviewed);
        HashSet<string> keys = [.. reviewed.Select(rollout => rollout.Key)];
        JudgeReport.Cost(context.Display, cost, ReviewCost.Of(ReviewRecord.Read(recordFile), keys), prices);
        context.Display.Line($"record: {recordFile}");
        if (scores is not null)
        {
            JudgeReport.Write(scores, reviewed);
            context.Display.Line($"scores: {parsed.GetValue(_output)}");
        }

        return reviewed.Count == 0 || reviewed.Any(rollout => rollout.Review.Missing != MissingCause.Unreachable)
            ? ExitCodes.Done
            : throw new RunStoppedException($"--judge: nobody was reached at the judge's address, none of {reviewed.Count} rollouts is scored");
    }

    protected override Command Describe()
    {
        Command command = new("judge", "Reviews the completions of a rollout file: scores, findings, cost.");
        command.Arguments.Add(_rollouts);
        foreach (Option option in new Option[] { _record, _recordText, _data, _output }.Concat(_choice.Options)) command.Options.Add(option);
        return command;
    }

    // Found out before anybody is asked: what the scores would be written over, or could not be written to.
    private static string? OutputPath(string? named, string rolloutFile, string recordFile)
    {
        if (named is null) return null;
        string path = Path.GetFullPath(named);
        if (Directory.Exists(path)) throw new UserMistakeException($"--output: got [{named}], which is a folder; takes a file");
        foreach ((string other, string what) in new[] { (Path.GetFullPath(rolloutFile), "the rollout file"), (recordFile, "the record") })
            if (path.Equals(other, OperatingSystem.IsLinux() ? StringComparison.Ordinal : StringComparison.OrdinalIgnoreCase))
                throw new UserMistakeException($"--output: got [{named}], which is {what} itself; takes another file");
        return path;
    }

    private static (IReadOnlyList<ReviewedRollout> Reviewed, ReviewCost Cost) Review(
        IProcessJudge judge, ReviewPanelOptions options, ReviewPanelOptions? prices, IReadOnlyList<RolloutLine> lines, VerbContext context)
    {
        using ReviewPanel panel = new(judge, options);
        RolloutReviewer reviewer = new(panel, judge.Identity, context.Cancellation);
        bool isForecast = judge.IsOffline; // costs nobody anything
        IReadOnlyList<ReviewedRollout> reviewed = context.Display.Track("judge", line => reviewer.Review(lines, done =>
        {
            line.Report(done, lines.Count);
            if (isForecast || !panel.Statistics.HasForecast || done == lines.Count) return;
            isForecast = true;
            JudgeReport.Forecast(context.Display, ReviewCost.Of(panel.Statistics), done, lines.Count, prices);
        }));
        return (reviewed, ReviewCost.Of(panel.Statistics));
    }

    private static Dictionary<string, PathologyQuestion>? Rows(string? path, VerbContext context)
    {
        if (path is null) return null;
        Dictionary<string, PathologyQuestion> rows = new(StringComparer.Ordinal);
        foreach (PathologyQuestion row in StagedData.LoadAny(context.CreateMlContext().Pathology(), path).Questions) rows.TryAdd(row.Id, row);
        return rows;
    }
}
