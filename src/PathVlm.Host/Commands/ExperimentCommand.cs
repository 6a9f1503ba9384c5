using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using Microsoft.ML;
using PathVlm.Experiments;
using PathVlm.Experiments.Plans;
using PathVlm.Experiments.Progress;
using PathVlm.Experiments.Runs;
using PathVlm.Experiments.Stages;
using PathVlm.Host.Faults;
using PathVlm.Host.Runs;
using PathVlm.MLNet;
using PathVlm.MLNet.Evaluation;
using PathVlm.MLNet.Judging.Panel;
using PathVlm.Modeling.Files;

namespace PathVlm.Host.Commands;

/// <summary><c>experiment</c>: the paper's whole design, resumable, with its report.</summary>
internal sealed class ExperimentCommand : Verb
{
    private const string EmbeddedBaseName = "embedded", DrawnSetName = "drawn";
    private const string DataFolder = "data", OutOfDomainFolder = "omnimedvqa", ExternalFolder = "external";
    private readonly DataChoice _data = new();
    private readonly RecipeChoice _recipe = new();
    private readonly JudgeChoice _judge = new();
    private readonly ExternalChoice _externals = new();
    private readonly Option<string[]> _bases = new("--base", "-b")
    {
        Description = "Checkpoint folder or zip to start from; repeatable; the embedded base by default.",
    };

    private readonly Option<long[]> _seeds = new("--seeds")
    {
        Description = "Seeds, one or more.",
        DefaultValueFactory = _ => [1],
        AllowMultipleArgumentsPerToken = true,
    };

    private readonly Option<string> _output = new("--output", "-o")
    {
        Description = "Folder for models, answers and report; empty, or one to --resume.",
        DefaultValueFactory = _ => "out/experiment",
    };

    private readonly Option<bool> _resume = new("--resume")
    {
        Description = "Continues in the output folder: finished stages and evaluations are kept.",
    };

    private readonly Option<string[]> _outOfDomain = new("--out-of-domain")
    {
        Description = "A set in OmniMedVQA's layout that no model is trained on; repeatable; the drawn modalities with the embedded set.",
    };

    protected override int Run(ParseResult parsed, RunContext context)
    {
        Stopwatch clock = Stopwatch.StartNew();
        ExperimentPlan plan = Plan(parsed, context);
        string output = Path.GetFullPath(parsed.GetValue(_output)!);
        bool resume = parsed.GetValue(_resume);
        Experiment.PrepareFolder(output, resume);
        OutputFolder.Prepare("--output", output);
        using RunLock held = RunLock.Take(output);
        MLContext ml = context.CreateMlContext(plan.Seeds[0]);
        string embedded = Path.Combine(output, DataFolder);
        StagedSet set = _data.RowsToTrain(ml.Pathology(), parsed, context, embedded, plan.Seeds[0]);
        DataChoice.SaveFaults(set.Report, output, context);
        if (_data.PathOf(parsed) is null && Path.Combine(embedded, OutOfDomainFolder) is var drawn && Directory.Exists(drawn))
            plan = plan with { OutOfDomain = [new NamedPath(DrawnSetName, drawn), .. plan.OutOfDomain] };
        ExperimentReport report = Experiment.Run(ml, plan, set.Rows, output, new ExperimentOptions
        {
            Resume = resume,
            Progress = context.Screen,
            Cancellation = context.Cancellation,
        });
        context.Screen.Tables(report.Tables);
        context.Display.Line(ResearchNotice.Text);
        context.Display.Line(string.Create(CultureInfo.InvariantCulture, $"{report.Summary}; {clock.Elapsed.TotalSeconds:0} s in all"));
        context.Display.Line($"report: {report.Page}");
        return report.Unanswered is null ? ExitCodes.Done : throw new RunStoppedException(report.Unanswered);
    }

    protected override IEnumerable<(string Section, object Options)> SettingsOf(ParseResult parsed, RunContext context) =>
        _recipe.Settings(parsed, context, namesBase: parsed.GetValue(_bases) is { Length: > 0 })
            .Concat(DataChoice.Settings(context));

    protected override Command Describe()
    {
        Command command = new(
            "experiment", "Trains every variant of the paper's design from each base and seed, evaluates all, writes the report.");
        Option[] options =
            [_bases, _seeds, _output, _resume, _outOfDomain, _externals.Option, .. _data.Options, .. _recipe.Options, .. _judge.Options];
        foreach (Option option in options) command.Options.Add(option);
        return command;
    }

    private ExperimentPlan Plan(ParseResult parsed, RunContext context)
    {
        string[] named = parsed.GetValue(_bases) ?? [];
        long[] drawn = parsed.GetValue(_seeds) ?? [];
        if (drawn.Length == 0 || drawn.Distinct().Count() < drawn.Length)
            throw new UserMistakeException($"--seeds: expected one or more, each once, got [{string.Join(' ', drawn)}]");
        Recipe recipe = _recipe.Recipe(parsed, context.Configuration, named.Length > 0);
        _data.StateLicence(parsed, recipe);
        ReviewPanelOptions panel = JudgeChoice.Panel(context.Configuration, recipe.Panel);
        if (panel.RecordFile is not null)
            throw new UserMistakeException(
                "setting [Judge:RecordFile]: expected none; the experiment keeps its records in the output folder");
        return new ExperimentPlan
        {
            Recipe = recipe,
            Bases = named.Length > 0
                ? HubName.Named("--base", named, context.Display, DataFolder, ExternalFolder)
                : [new NamedPath(EmbeddedBaseName, EmbeddedBase.Folder)],
            Seeds = drawn,
            AllowTrainedRows = _data.AllowsTrainedRows(parsed),
            Judge = _judge.Judge(parsed, context.Configuration),
            Panel = panel,
            OutOfDomain = NamedPath.FromPaths("--out-of-domain", parsed.GetValue(_outOfDomain) ?? [], DrawnSetName),
            Externals = _externals.Endpoints(parsed),
            External = ExternalChoice.Asking(context.Configuration, _judge.AllowsHttp(parsed)),
        };
    }
}
