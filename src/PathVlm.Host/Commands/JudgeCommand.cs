using System.CommandLine;
using PathVlm.Host.Judging;
using PathVlm.Host.Runs;
using PathVlm.MLNet;
using PathVlm.MLNet.Data;
using PathVlm.MLNet.Rewards.Judging;

namespace PathVlm.Host.Commands;

/// <summary><c>judge</c>: reviews the completions of a rollout file; what the record holds is not asked again.</summary>
internal sealed class JudgeCommand : Verb
{
    private readonly Argument<string> rollouts = new("rollouts") { Description = "The rollouts.jsonl that a GRPO stage wrote." };
    private readonly Option<string> record = new("--record", "-r") { Description = "File that every reply is recorded in and answered from; a second run asks nobody.", Required = true };
    private readonly Option<RecordText> recordText = new("--record-text") { Description = "What the record keeps of texts: Full, or None (their hashes)." };
    private readonly Option<string> data = new("--data", "-d") { Description = "The set that the rollouts are of, joined by id; by default each line names its own picture and question." };
    private readonly Option<string> output = new("--output", "-o") { Description = "File for scores and findings, a JSON line a rollout; none is written by default." };
    private readonly JudgeChoice choice = new();

    internal override int Run(ParseResult parsed, VerbContext context)
    {
        string file = parsed.GetValue(rollouts)!, recordFile = Path.GetFullPath(parsed.GetValue(record)!);
        ReviewPanelOptions options = JudgeChoice.Panel(context.Configuration);
        (options.RecordFile, options.RecordText) = (recordFile, parsed.GetValue(recordText));
        IProcessJudge judge = choice.Of(parsed);
        IReadOnlyList<RolloutLine> lines = new RolloutFile(file, Rows(parsed.GetValue(data), context)).Read();
        context.Display.Line($"{file}: {lines.Count} rollouts of {lines.Select(line => line.Question.Id).Distinct().Count()} rows; judge: {judge.Identity}");
        Directory.CreateDirectory(Path.GetDirectoryName(recordFile)!);
        (IReadOnlyList<ReviewedRollout> reviewed, ReviewCost cost) = Review(judge, options, lines, context);
        JudgeReport.Scores(context.Display, reviewed);
        JudgeReport.Findings(context.Display, reviewed);
        HashSet<string> keys = [.. reviewed.Select(rollout => rollout.Key)];
        JudgeReport.Cost(
            context.Display, cost, ReviewCost.Of(ReviewRecord.Read(recordFile), keys), JudgeChoice.NamesPrices(context.Configuration) ? options : null);
        context.Display.Line($"record: {recordFile}");
        if (parsed.GetValue(output) is { } scores)
        {
            JudgeReport.Write(scores, reviewed);
            context.Display.Line($"scores: {scores}");
        }

        return ExitCodes.Done;
    }

    protected override Command Describe()
    {
        Command command = new("judge", "Reviews the completions of a rollout file: scores, findings, cost.");
        command.Arguments.Add(rollouts);
        foreach (Option option in new Option[] { record, recordText, data, output }.Concat(choice.Options)) command.Options.Add(option);
        return command;
    }

    private static (IReadOnlyList<ReviewedRollout> Reviewed, ReviewCost Cost) Review(
        IProcessJudge judge, ReviewPanelOptions options, IReadOnlyList<RolloutLine> lines, VerbContext context)
    {
        using ReviewPanel panel = new(judge, options);
        RolloutReviewer reviewer = new(panel, judge.Identity, context.Cancellation);
        IReadOnlyList<ReviewedRollout> reviewed = context.Display.Track("judge", line => reviewer.Review(lines, done => line.Report(done, lines.Count)));
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
