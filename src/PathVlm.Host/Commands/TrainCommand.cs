using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using Microsoft.ML;
using PathVlm.Experiments;
using PathVlm.Experiments.Plans;
using PathVlm.Experiments.Runs;
using PathVlm.Experiments.Stages;
using PathVlm.Host.Faults;
using PathVlm.Host.Runs;
using PathVlm.MLNet;
using PathVlm.MLNet.Evaluation;
using PathVlm.Modeling.Files;

namespace PathVlm.Host.Commands;

/// <summary><c>train</c>: the main job, on the embedded set and base by default.</summary>
internal sealed class TrainCommand : Verb
{
    private const string DataFolder = "data";
    private readonly DataChoice _data = new();
    private readonly RecipeChoice _recipe = new();
    private readonly JudgeChoice _judge = new();
    private readonly Option<string> _baseModel = new("--base", "-b")
    {
        Description = "Checkpoint folder or zip to start from, or a model in the hub cache (OWNER/NAME); the embedded base by default.",
    };

    private readonly Option<string> _output = new("--output", "-o")
    {
        Description = "Folder for model, logs and report.",
        DefaultValueFactory = _ => "out/train",
    };

    private readonly Option<long> _seed = new("--seed") { Description = "Seed of the run.", DefaultValueFactory = _ => 1 };
    private readonly Option<bool> _resume = new("--resume")
    {
        Description = "Go on with a run that was stopped in the folder, with the same settings; it ends as one that was not stopped.",
    };

    private readonly Option<string> _until = new("--until")
    {
        Description = "Last stage: Alpha, Beta or PathVLM-R1.",
        DefaultValueFactory = _ => StageNames.PathVlmR1,
    };

    protected override int Run(ParseResult parsed, RunContext context)
    {
        Stopwatch clock = Stopwatch.StartNew();
        TrainingPlan plan = Plan(parsed, context);
        MLContext ml = context.CreateMlContext(plan.Seed);
        OutputFolder.Prepare("--output", plan.OutputFolder);
        using RunLock held = RunLock.Take(plan.OutputFolder);
        string embedded = Path.Combine(plan.OutputFolder, DataFolder);
        StagedSet set = _data.RowsToTrain(ml.Pathology(), parsed, context, embedded, plan.Seed);
        DataChoice.SaveFaults(set.Report, plan.OutputFolder, context);
        TrainingOutcome outcome = Training.Run(ml, plan, set.Rows, context.Screen, context.Cancellation);
        context.Screen.Tables(outcome.Tables);
        context.Display.Line(ResearchNotice.Text);
        context.Display.Line(string.Create(CultureInfo.InvariantCulture, $"{outcome.Memory}; {clock.Elapsed.TotalSeconds:0} s in all"));
        context.Display.Line($"report: {plan.ReportFile}");
        context.Display.Line($"model: {plan.ModelFile}");
        context.Display.Line(
            $"load it: ITransformer model = new MLContext().Pathology().Load(\"{plan.ModelFile}\", out DataViewSchema schema);");
        context.Display.Line(
            $"check it: pathvlm evaluate --model {ShellText.Quote(plan.ModelFile)} "
            + _data.ArgumentsOf(parsed, set, embedded, plan.SplitFile));
        return ExitCodes.Done;
    }

    protected override IEnumerable<(string Section, object Options)> SettingsOf(ParseResult parsed, RunContext context) =>
        _recipe.Settings(parsed, context, namesBase: parsed.GetValue(_baseModel) is not null)
            .Concat(DataChoice.Settings(context));

    protected override Command Describe()
    {
        Command command = new("train", "Fine-tunes a model, adds GRPO, adds the process reward, evaluates every stage, saves the chain.");
        Option[] options = [_baseModel, _output, _seed, _until, _resume, .. _data.Options, .. _recipe.Options, .. _judge.Options];
        foreach (Option option in options) command.Options.Add(option);
        return command;
    }

    private TrainingPlan Plan(ParseResult parsed, RunContext context)
    {
        string? named = parsed.GetValue(_baseModel);
        string until = parsed.GetValue(_until)!;
        Recipe recipe = _recipe.Recipe(parsed, context.Configuration, namesBase: named is not null);
        _data.StateLicence(parsed, recipe);
        if (!StageNames.Chain.Contains(until))
            throw new UserMistakeException($"--until: expected Alpha, Beta or PathVLM-R1, got [{until}]");
        return new TrainingPlan
        {
            Recipe = recipe,
            BaseModel = named is null ? EmbeddedBase.Folder : HubName.Resolve("--base", named, context.Display),
            OutputFolder = Path.GetFullPath(parsed.GetValue(_output)!),
            Seed = parsed.GetValue(_seed),
            LastStage = until,
            Resume = parsed.GetValue(_resume),
            AllowTrainedRows = _data.AllowsTrainedRows(parsed),
            Judge = _judge.Judge(parsed, context.Configuration),
            Panel = JudgeChoice.Panel(context.Configuration, recipe.Panel),
        };
    }
}
