using PathVlm.MLNet;
using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using Microsoft.ML;
using PathVlm.Host.Experiments;
using PathVlm.Host.Experiments.Reporting;
using PathVlm.Host.Judging;
using PathVlm.Host.Runs;
using PathVlm.MLNet.Judging.Panel;

namespace PathVlm.Host.Commands;

/// <summary><c>experiment</c>: the paper's whole design, resumable, with its report.</summary>
internal sealed class ExperimentCommand : Verb
{
    private const string EmbeddedBaseName = "embedded";
    private const string DataFolder = "data", OutOfDomainFolder = "omnimedvqa", ExternalFolder = "external";
    private readonly DataChoice _data = new();
    private readonly JudgeChoice _judge = new();
    private readonly Option<string[]> _bases = new("--base", "-b") { Description = "Checkpoint folder or zip to start from; repeatable; the embedded base by default." };
    private readonly Option<long[]> _seeds = new("--seeds") { Description = "Seeds, one or more.", DefaultValueFactory = _ => [1], AllowMultipleArgumentsPerToken = true };
    private readonly Option<string> _output = new("--output", "-o") { Description = "Folder for models, answers and report; empty, or one to --resume.", DefaultValueFactory = _ => "out/experiment" };
    private readonly Option<bool> _resume = new("--resume") { Description = "Goes on in the output folder: finished stages and evaluations are kept." };
    private readonly Option<string[]> _outOfDomain = new("--out-of-domain") { Description = "A set in OmniMedVQA's layout that no model trains on; repeatable; the drawn modalities with the embedded set." };
    private readonly Option<string[]> _externals = new("--external")
    {
        Description = "A model that is not ours, as name=URL or name=model@URL of an OpenAI-compatible server; repeatable. Key in PATHVLM_EXTERNAL_KEY_NAME or PATHVLM_EXTERNAL_KEY. Pictures are sent there.",
    };

    internal override int Run(ParseResult parsed, VerbContext context)
    {
        Stopwatch clock = Stopwatch.StartNew();
        ExperimentPlan plan = Plan(parsed, context);
        ExperimentFolder.Open(plan.OutputFolder, plan.Resume);
        MLContext ml = context.CreateMlContext(plan.Seeds[0]);
        string embedded = Path.Combine(plan.OutputFolder, DataFolder);
        IDataView rows = _data.Rows(ml.Pathology(), parsed, context, embedded, plan.Seeds[0]);
        if (_data.PathOf(parsed) is null && Path.Combine(embedded, OutOfDomainFolder) is var drawn && Directory.Exists(drawn))
            plan = plan with { OutOfDomain = [new NamedPlace("drawn", drawn), .. plan.OutOfDomain] };
        ExperimentRun run = new(ml, plan, context.Display, context.Cancellation);
        ExperimentResults results = run.Run(rows);
        string page = ExperimentReport.Write(results, context.Display);
        context.Display.Line(string.Create(CultureInfo.InvariantCulture, $"{run.Summary}; {clock.Elapsed.TotalSeconds:0} s in all"));
        context.Display.Line($"report: {page}");
        return ExitCodes.Done;
    }

    protected override Command Describe()
    {
        Command command = new("experiment", "Trains every variant of the paper's design from each base and seed, evaluates all, writes the report.");
        foreach (Option option in new Option[] { _bases, _seeds, _output, _resume, _outOfDomain, _externals }.Concat(_data.Options).Concat(_judge.Options)) command.Options.Add(option);
        return command;
    }

    private ExperimentPlan Plan(ParseResult parsed, VerbContext context)
    {
        string[] named = parsed.GetValue(_bases) ?? [];
        long[] drawn = parsed.GetValue(_seeds) ?? [];
        if (drawn.Length == 0 || drawn.Distinct().Count() < drawn.Length)
            throw new UserMistakeException($"--seeds: got [{string.Join(' ', drawn)}], takes one or more, each once");
        ReviewPanelOptions panel = JudgeChoice.Panel(context.Configuration);
        if (panel.RecordFile is not null) throw new UserMistakeException("setting [Judge:RecordFile]: the experiment keeps its records in the output folder; takes none");
        return new ExperimentPlan
        {
            Preset = _data.PresetOf(parsed, named.Length > 0),
            Bases = named.Length > 0 ? NamedPlace.Of("--base", named, DataFolder, ExternalFolder) : [new NamedPlace(EmbeddedBaseName, EmbeddedBase.Folder)],
            Seeds = drawn,
            OutputFolder = Path.GetFullPath(parsed.GetValue(_output)!),
            Resume = parsed.GetValue(_resume),
            Judge = _judge.Of(parsed),
            Panel = panel,
            OutOfDomain = NamedPlace.Of("--out-of-domain", parsed.GetValue(_outOfDomain) ?? [], "drawn"),
            Externals = ExternalChoice.Of(parsed.GetValue(_externals) ?? []),
            Configuration = context.Configuration,
        };
    }
}
