using System.CommandLine;
using PathVlm.Experiments;
using PathVlm.Experiments.Progress;
using PathVlm.Experiments.Runs;
using PathVlm.Experiments.Stages;
using PathVlm.Host.Faults;
using PathVlm.Host.Runs;
using PathVlm.MLNet;
using PathVlm.MLNet.Data.Rows;
using PathVlm.MLNet.Judging.Panel;
using PathVlm.MLNet.Judging.Protocol;
using PathVlm.MLNet.Judging.Records;

namespace PathVlm.Host.Commands;

/// <summary><c>judge</c>: reviews the completions of a rollout file; what the record holds is not asked again.</summary>
internal sealed class JudgeCommand : Verb
{
    private readonly Argument<string> _rollouts = new("rollouts") { Description = "The rollouts.jsonl that a GRPO stage wrote." };
    private readonly JudgeChoice _choice = new();
    private readonly Option<string> _record = new("--record", "-r")
    {
        Description = "File that every reply is recorded in and answered from; a second run asks only for transient failures.",
        Required = true,
    };

    private readonly Option<RecordText> _recordText = new("--record-text")
    {
        Description = "What the record keeps of texts: Full, or None (their hashes).",
    };

    private readonly Option<string> _data = new("--data", "-d")
    {
        Description = "The set of the rollouts, joined by id; by default each line names its own picture and question.",
    };

    private readonly Option<string> _output = new("--output", "-o")
    {
        Description = "File for scores and findings, one JSON line per rollout; none is written by default.",
    };

    private readonly ReadingChoice _reading = new();

    protected override int Run(ParseResult parsed, RunContext context)
    {
        string file = parsed.GetValue(_rollouts)!, recordFile = OutputFolder.PrepareFor("--record", parsed.GetValue(_record)!);
        string? scores = OutputPath(parsed.GetValue(_output), file, recordFile);
        ReviewPanelOptions options = JudgeChoice.Panel(context.Configuration);
        (options.RecordFile, options.RecordText) = (recordFile, parsed.GetValue(_recordText));
        IProcessJudge judge = _choice.Judge(parsed, context.Configuration);
        if (!File.Exists(file))
            throw new UserMistakeException($"expected a rollout file (rollouts.jsonl of a GRPO stage) that exists, got [{file}]");
        RolloutReviewOutcome outcome = RolloutReview.Run(
            judge, options, file, Rows(parsed, context), JudgeChoice.NamesPrices(context.Configuration), context.Screen,
            context.Cancellation);
        Show(outcome, context);
        context.Display.Line($"record: {recordFile}");
        if (scores is not null)
        {
            outcome.WriteScores(scores);
            context.Display.Line($"scores: {parsed.GetValue(_output)}");
        }

        return outcome.Missing.Count == 0 || outcome.ReviewedCount > 0
            ? ExitCodes.Done
            : throw new RunStoppedException(
                $"--judge: none of {outcome.Count} rollouts is scored: "
                    + $"{string.Join(", ", outcome.Missing.Select(cause => InWords(cause, outcome)))}");
    }

    protected override IEnumerable<(string Section, object Options)> SettingsOf(ParseResult parsed, RunContext context) =>
        [JudgeChoice.Settings(context)];

    protected override Command Describe()
    {
        Command command = new("judge", "Reviews the completions of a rollout file: scores, findings, cost.");
        command.Arguments.Add(_rollouts);
        foreach (Option option in new Option[] { _record, _recordText, _data, _output }.Concat(_reading.Options).Concat(_choice.Options))
            command.Options.Add(option);
        return command;
    }

    private static void Show(RolloutReviewOutcome outcome, RunContext context)
    {
        context.Screen.Tables(outcome.Tables.Take(1));
        foreach (KeyValuePair<MissingCause, int> cause in outcome.Missing) context.Display.Line($"missing, {InWords(cause, outcome)}");
        context.Screen.Tables(outcome.Tables.Skip(1));
    }

    private static string InWords(KeyValuePair<MissingCause, int> cause, RolloutReviewOutcome outcome) =>
        $"{cause.Key}: {cause.Value}{(outcome.MissingDetails.TryGetValue(cause.Key, out string? detail) ? $" ({detail})" : "")}";

    // Checked before the judge is asked: scores must not overwrite the input, nor be impossible to write.
    private static string? OutputPath(string? named, string rolloutFile, string recordFile)
    {
        if (named is null) return null;
        string path = OutputFolder.PrepareFor("--output", named);
        StringComparison comparison = OperatingSystem.IsLinux() ? StringComparison.Ordinal : StringComparison.OrdinalIgnoreCase;
        foreach ((string other, string what) in new[] { (Path.GetFullPath(rolloutFile), "the rollout file"), (recordFile, "the record") })
            if (path.Equals(other, comparison))
                throw new UserMistakeException($"--output: expected another file, got [{named}], which is {what} itself");
        return path;
    }

    private IReadOnlyList<PathologyQuestion>? Rows(ParseResult parsed, RunContext context) =>
        DataChoice.RequireExists(parsed.GetValue(_data)) is { } set
            ? StagedData.LoadAny(
                context.CreateMlContext().Pathology(), set, _reading.OptionsOf(parsed, context, checksPictures: false)).Questions
            : null;
}
