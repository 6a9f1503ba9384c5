using System.CommandLine;
using System.Globalization;
using Microsoft.ML;
using PathVlm.Experiments.Stages;
using PathVlm.Host.Faults;
using PathVlm.Host.Runs;
using PathVlm.MLNet;
using PathVlm.MLNet.Data.Loading;
using PathVlm.MLNet.Data.Rows;
using PathVlm.MLNet.Evaluation;
using PathVlm.MLNet.Inference.Answering;
using PathVlm.MLNet.Inference.Provenance;
using PathVlm.Modeling.Adapters;
using PathVlm.Modeling.Checkpoints;
using PathVlm.Modeling.Configuration;
using PathVlm.Modeling.Files;
using static TorchSharp.torch;

namespace PathVlm.Host.Commands;

/// <summary><c>inspect</c>: describes a checkpoint folder, a zip or a data set.</summary>
internal sealed class InspectCommand : Verb
{
    private const double Mebibyte = 1024 * 1024;
    private readonly Argument<string> _path = new("path")
    {
        Description = "A checkpoint folder, a model in the hub cache (OWNER/NAME), a zip that train wrote, or a data set.",
    };

    private readonly Option<int> _tokens = new("--tokens")
    {
        Description = "Tokens of a row, for the memory forecast.",
        DefaultValueFactory = _ => 2048,
    };

    private readonly Option<int> _rows = new("--rows")
    {
        Description = "Rows at once, for the memory forecast.",
        DefaultValueFactory = _ => 1,
    };

    private readonly Option<string> _output = new("--output", "-o")
    {
        Description = "Folder for the list of rows that are left out (--row-faults skip); none is written by default.",
    };

    private readonly ReadingChoice _reading = new();
    private readonly MemoryQuestion _memory = new();

    protected override bool HasSettings => false;

    protected override int Run(ParseResult parsed, RunContext context)
    {
        string target = Path.GetFullPath(HubName.Resolve("path", parsed.GetValue(_path)!));
        int tokens = parsed.GetValue(_tokens), rows = parsed.GetValue(_rows);
        if (!File.Exists(target) && !Directory.Exists(target))
            throw new UserMistakeException($"expected a file or folder that exists, got [{parsed.GetValue(_path)}]");
        if (tokens < 1 || rows < 1) throw new UserMistakeException("--tokens, --rows: expected 1 or more");
        if (File.Exists(Path.Combine(target, "config.json"))) Checkpoint(context, target, tokens, rows);
        else if (AdapterInfo.IsIn(target)) Adapter(context, target);
        else if (Path.GetExtension(target) == ".zip") Zip(context, target, tokens, rows);
        else DataSet(context, target, _reading.OptionsOf(parsed, context, checksPictures: true), parsed.GetValue(_output));
        if (_memory.IsAsked(parsed)) Forecast(parsed, context, target);
        return ExitCodes.Done;
    }

    protected override Command Describe()
    {
        Command command = new("inspect", "Describes a checkpoint folder, a zip or a data set: layout, sizes, memory forecast.");
        command.Arguments.Add(_path);
        command.Options.Add(_tokens);
        command.Options.Add(_rows);
        command.Options.Add(_output);
        foreach (Option option in _reading.Options) command.Options.Add(option);
        foreach (Option option in _memory.Options) command.Options.Add(option);
        return command;
    }

    private void Forecast(ParseResult parsed, RunContext context, string folder)
    {
        if (!File.Exists(Path.Combine(folder, "config.json")))
            throw new UserMistakeException($"--for: expected a checkpoint folder, got [{folder}]");
        CheckpointInfo info = CheckpointReader.Inspect(folder);
        ScalarType stored = info.Types.Count == 0 ? ScalarType.BFloat16 : info.Types.MaxBy(type => type.Value).Key;
        _memory.Answer(parsed, context.Display, info.Configuration, stored);
    }

    private static void Checkpoint(RunContext context, string folder, int tokens, int rows)
    {
        CheckpointInfo info = CheckpointReader.Inspect(folder);
        context.Display.Line($"checkpoint: {folder}");
        context.Display.Line($"layout:     {info.Layout}; {info.Files.Count} file(s){(info.HasIndex ? " with an index" : "")}");
        if (info.Types.Count > 0)
            context.Display.Line($"types:      {string.Join(", ", info.Types.Select(type => Text($"{type.Key} {type.Value:N0}")))}");
        Shapes(context, info.Configuration);
        Memory(context, info.Forecast(tokens: tokens, rows: rows));
        foreach (string note in info.Notes) context.Display.Line($"note:       {note}");
        if (AdapterInfo.IsIn(folder))
            context.Display.Line("note:       an adapter (adapter_config.json) lies beside whole weights: opened as a model, the folder is "
                + "refused; move the adapter to a folder of its own");
        Provenance(context, ModelProvenance.OfFolder(folder));
    }

    private static void Adapter(RunContext context, string folder)
    {
        AdapterInfo info = AdapterInfo.Read(folder);
        context.Display.Line($"adapter:    {folder} (LoRA, PEFT layout)");
        context.Display.Line(Text($"rank:       {info.Rank}, alpha {info.Alpha}; on {string.Join(", ", info.Targets)}"));
        context.Display.Line($"base:       {info.BaseModel ?? "(not named)"}; name the folder as a model, or use it on a checkpoint with "
            + "--set Model:Adapter=FOLDER");
    }

    private static void Zip(RunContext context, string zip, int tokens, int rows)
    {
        IReadOnlyList<PathologyTransformer> stages = PathologyModelFile.LoadStages(zip);
        double size = InputFile.LengthOf(zip) / Mebibyte;
        context.Display.Line(Text($"model zip:  {zip}, {size:0.0} MiB, {stages.Count} fitted stage(s)"));
        ModelConfiguration model = stages[^1].Policy.Configuration;
        Shapes(context, model);
        Memory(context, MemoryForecast.Of(model, ScalarType.Float32, tokens, rows));
        Provenance(context, stages[^1].Policy.Provenance);
        foreach (PathologyTransformer stage in stages) stage.Dispose();
    }

    private static void Provenance(RunContext context, ModelProvenance provenance)
    {
        foreach (string line in provenance.ToLines()) context.Display.Line($"provenance: {line}");
        context.Display.Line($"notice:     {ResearchNotice.Text} It is no medical device.");
    }

    private static void Shapes(RunContext context, ModelConfiguration model)
    {
        ParameterCounts counts = CheckpointTable.Count(model);
        TextConfiguration text = model.Text;
        VisionConfiguration vision = model.Vision;
        string sections = string.Join(", ", text.RotarySections), full = string.Join(", ", vision.FullAttentionBlocks);
        context.Display.Line(Text($"parameters: {counts.Total:N0} (vision {counts.Vision:N0}, embeddings {counts.Embeddings:N0})"));
        context.Display.Line(
            Text($"decoder:    {text.LayerCount} layers of {text.HiddenSize}, {text.HeadCount} heads of {text.HeadSize}, ")
            + Text($"{text.KeyValueHeadCount} key-value heads, inner {text.IntermediateSize}"));
        context.Display.Line(
            Text($"vocabulary: {text.VocabularySize:N0} rows, {(text.TieWordEmbeddings ? "tied" : "untied")} head; ")
            + $"rotary sections [{sections}]");
        context.Display.Line(
            Text($"vision:     {vision.Depth} blocks of {vision.HiddenSize}, {vision.HeadCount} heads, inner {vision.IntermediateSize}, ")
            + Text($"windows of {vision.WindowSize} pixels, full attention in [{full}]"));
    }

    private static void Memory(RunContext context, MemoryForecast forecast) => context.Display.Line(
        Text($"memory:     weights {forecast.WeightBytes / Mebibyte:N0} MiB ({forecast.Type}), ")
        + Text($"fine-tuning {forecast.FineTuningBytes / Mebibyte:N0} MiB, ")
        + Text($"generation {forecast.GenerationBytes / Mebibyte:N0} MiB ({forecast.Rows} row(s) of {forecast.Tokens} tokens)"));

    private static void DataSet(RunContext context, string path, PathologyLoadOptions reading, string? output)
    {
        if (output is not null) OutputFolder.Prepare("--output", output);
        PathologyDataView rows = StagedData.LoadAny(new MLContext().Pathology(), path, reading);
        int pictures = rows.Questions.Select(question => question.ImagePath).Distinct().Count();
        context.Display.Line($"data set:   {path}");
        context.Display.Line($"layout:     {rows.LoadReport.Layout}");
        context.Display.Line($"rows:       {rows.Questions.Count}, pictures {pictures}");
        foreach (IGrouping<string, PathologyQuestion> subset in rows.Questions.GroupBy(question => question.Subset))
        {
            IEnumerable<string> options = subset.CountBy(question => question.Options.Count).OrderBy(count => count.Key)
                .Select(count => $"{count.Key} x {count.Value}");
            string name = subset.Key.Length > 0 ? subset.Key : "(no subset)";
            context.Display.Line($"  {name}: {subset.Count()} rows; options {string.Join(", ", options)}");
        }

        Parts(context, "splits", rows.Questions.Select(question => question.Split));
        Parts(context, "stages", rows.Questions.Select(question => question.Stage ?? ""));
        int groups = rows.Questions.Select(question => question.Group).Where(group => group.Length > 0).Distinct().Count();
        if (groups > 0) context.Display.Line($"groups:     {groups}");
        if (rows.LoadReport.Faults.Count + rows.LoadReport.Warnings.Count > 0) context.Display.Line(rows.LoadReport.ToString());
        if (output is not null) DataChoice.SaveFaults(rows.LoadReport, output, context);
    }

    private static void Parts(RunContext context, string title, IEnumerable<string> names)
    {
        KeyValuePair<string, int>[] parts = [.. names.CountBy(name => name)];
        if (parts.Any(part => part.Key.Length > 0))
            context.Display.Line($"{title + ":",-12}" + string.Join(
                ", ", parts.Select(part => $"{(part.Key.Length > 0 ? part.Key : "(none)")} {part.Value}")));
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
