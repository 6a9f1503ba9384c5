using PathVlm.MLNet;
using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using Microsoft.ML;
using PathVlm.Host.Judging;
using PathVlm.Host.Presentation;
using PathVlm.Host.Runs;
using PathVlm.MLNet.Rewards;

namespace PathVlm.Host.Commands;

/// <summary><c>train</c>: the main job, on the embedded set and base by default.</summary>
internal sealed class TrainCommand : Verb
{
    private readonly DataChoice _data = new();
    private readonly Option<string> _baseModel = new("--base", "-b") { Description = "Checkpoint folder or zip to start from; the embedded base by default." };
    private readonly Option<string> _output = new("--output", "-o") { Description = "Folder for model, logs and report.", DefaultValueFactory = _ => "out/train" };
    private readonly Option<long> _seed = new("--seed") { Description = "Seed of the run.", DefaultValueFactory = _ => 1 };
    private readonly Option<string> _until = new("--until") { Description = "Last stage: Alpha, Beta or PathVLM-R1.", DefaultValueFactory = _ => TrainingPlan.PathVlmR1 };
    private readonly Option<bool> _lora = new("--lora") { Description = "Train LoRA adapters of rank 16 and leave the weights as they are; single settings: Sft:Lora:Rank=8 and so on." };
    private readonly JudgeChoice _judge = new();

    internal override int Run(ParseResult parsed, VerbContext context)
    {
        Stopwatch clock = Stopwatch.StartNew();
        TrainingPlan plan = Plan(parsed, context);
        MLContext ml = context.CreateMlContext(plan.Seed);
        Directory.CreateDirectory(plan.OutputFolder);
        string embedded = Path.Combine(plan.OutputFolder, "data");
        IDataView rows = _data.Rows(ml.Pathology(), parsed, context, embedded, plan.Seed);
        TrainingRun run = new(ml, plan, context.Display, context.Cancellation);
        IReadOnlyList<StageResult> results = run.Run(rows);
        Report.Accuracy(context.Display, results, showsReasoning: true);
        Report.Differences(context.Display, results);
        context.Display.Line(string.Create(CultureInfo.InvariantCulture, $"{run.Memory}; {clock.Elapsed.TotalSeconds:0} s in all"));
        context.Display.Line($"model: {plan.ModelFile}");
        context.Display.Line($"load it: ITransformer model = new MLContext().Model.Load(\"{plan.ModelFile}\", out DataViewSchema schema);");
        context.Display.Line($"check it: pathvlm evaluate --model {plan.ModelFile} --data {_data.PathOf(parsed) ?? embedded}{(plan.Seed == 1 ? "" : $" --seed {plan.Seed}")}");
        return ExitCodes.Done;
    }

    protected override Command Describe()
    {
        Command command = new("train", "Fine-tunes a model, adds GRPO, adds the process reward, evaluates every stage, saves the chain.");
        foreach (Option option in new Option[] { _baseModel, _output, _seed, _until, _lora }.Concat(_data.Options).Concat(_judge.Options)) command.Options.Add(option);
        return command;
    }

    private TrainingPlan Plan(ParseResult parsed, VerbContext context)
    {
        string? named = parsed.GetValue(_baseModel);
        string presetName = _data.PresetOf(parsed, namesBase: named is not null);
        int last = TrainingPlan.AllStages.ToList().IndexOf(parsed.GetValue(_until)!);
        if (last < 0) throw new UserMistakeException($"--until: got [{parsed.GetValue(_until)}], takes Alpha, Beta or PathVLM-R1");
        return new TrainingPlan
        {
            Preset = presetName,
            BaseModel = named ?? EmbeddedBase.Folder,
            OutputFolder = Path.GetFullPath(parsed.GetValue(_output)!),
            Seed = parsed.GetValue(_seed),
            Sft = Presets.Sft(presetName, context.Configuration, parsed.GetValue(_lora)),
            Grpo = last >= 1 ? Presets.Grpo(presetName, context.Configuration, parsed.GetValue(_lora)) : null,
            Process = last >= 2 ? Presets.Process(presetName, context.Configuration, parsed.GetValue(_lora)) : null,
            Judge = _judge.Of(parsed),
            ProcessReward = new ProcessRewardOptions { Panel = JudgeChoice.Panel(context.Configuration) },
        };
    }
}
