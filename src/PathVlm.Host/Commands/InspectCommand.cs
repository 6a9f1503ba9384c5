using PathVlm.MLNet;
using System.CommandLine;
using System.Globalization;
using Microsoft.ML;
using PathVlm.Host.Runs;
using PathVlm.MLNet.Data.Rows;
using PathVlm.MLNet.Inference.Answering;
using PathVlm.Modeling.Checkpoints;
using PathVlm.Modeling.Configuration;

namespace PathVlm.Host.Commands;

/// <summary><c>inspect</c>: what a checkpoint folder, a zip or a data set is.</summary>
internal sealed class InspectCommand : Verb
{
    private const double Mebibyte = 1024 * 1024;
    private readonly Argument<string> _path = new("path") { Description = "A checkpoint folder, a zip that train wrote, or a data set." };
    private readonly Option<int> _tokens = new("--tokens") { Description = "Tokens of a row, for the memory forecast.", DefaultValueFactory = _ => 2048 };
    private readonly Option<int> _rows = new("--rows") { Description = "Rows at once, for the memory forecast.", DefaultValueFactory = _ => 1 };

    private readonly MemoryQuestion _memory = new();

    internal override int Run(ParseResult parsed, VerbContext context)
    {
        string target = Path.GetFullPath(parsed.GetValue(_path)!);
        if (!File.Exists(target) && !Directory.Exists(target)) throw new UserMistakeException($"got [{parsed.GetValue(_path)}], takes a file or folder that exists");
        if (parsed.GetValue(_tokens) < 1 || parsed.GetValue(_rows) < 1) throw new UserMistakeException("--tokens, --rows: take 1 or more");
        if (File.Exists(Path.Combine(target, "config.json"))) Checkpoint(context, target, parsed.GetValue(_tokens), parsed.GetValue(_rows));
        else if (Path.GetExtension(target) == ".zip") Zip(context, target, parsed.GetValue(_tokens), parsed.GetValue(_rows));
        else DataSet(context, target);
        if (_memory.IsAsked(parsed)) Forecast(parsed, context, target);
        return ExitCodes.Done;
    }

    protected override Command Describe()
    {
        Command command = new("inspect", "Tells what a checkpoint folder, a zip or a data set is: layout, sizes, memory forecast.");
        command.Arguments.Add(_path);
        command.Options.Add(_tokens);
        command.Options.Add(_rows);
        foreach (Option option in _memory.Options) command.Options.Add(option);
        return command;
    }

    private void Forecast(ParseResult parsed, VerbContext context, string folder)
    {
        if (!File.Exists(Path.Combine(folder, "config.json"))) throw new UserMistakeException($"--for: got [{folder}], takes a checkpoint folder");
        CheckpointInfo info = CheckpointReader.Inspect(folder);
        TorchSharp.torch.ScalarType stored = info.Types.Count == 0 ? TorchSharp.torch.ScalarType.BFloat16 : info.Types.MaxBy(type => type.Value).Key;
        _memory.Answer(parsed, context.Display, info.Configuration, stored);
    }

    private static void Checkpoint(VerbContext context, string folder, int tokens, int rows)
    {
        CheckpointInfo info = CheckpointReader.Inspect(folder);
        context.Display.Line($"checkpoint: {folder}");
        context.Display.Line($"layout:     {info.Layout}; {info.Files.Count} file(s){(info.HasIndex ? " with an index" : "")}");
        if (info.Types.Count > 0)
            context.Display.Line($"types:      {string.Join(", ", info.Types.Select(type => string.Create(CultureInfo.InvariantCulture, $"{type.Key} {type.Value:N0}")))}");
        Shapes(context, info.Configuration);
        Memory(context, info.Forecast(tokens: tokens, rows: rows));
        foreach (string note in info.Notes) context.Display.Line($"note:       {note}");
    }

    private static void Zip(VerbContext context, string zip, int tokens, int rows)
    {
        IReadOnlyList<PathologyTransformer> stages = ModelFiles.Stages(zip);
        context.Display.Line(string.Create(CultureInfo.InvariantCulture, $"model zip:  {zip}, {new FileInfo(zip).Length / Mebibyte:0.0} MiB, {stages.Count} fitted stage(s)"));
        Shapes(context, stages[^1].Policy.Configuration);
        Memory(context, MemoryForecast.Of(stages[^1].Policy.Configuration, TorchSharp.torch.ScalarType.Float32, tokens, rows));
        foreach (PathologyTransformer stage in stages) stage.Dispose();
    }

    private static void Shapes(VerbContext context, ModelConfiguration model)
    {
        ParameterCounts counts = CheckpointTable.Count(model);
        TextConfiguration text = model.Text;
        VisionConfiguration vision = model.Vision;
        context.Display.Line(string.Create(CultureInfo.InvariantCulture, $"parameters: {counts.Total:N0} (vision {counts.Vision:N0}, embeddings {counts.Embeddings:N0})"));
        context.Display.Line(string.Create(CultureInfo.InvariantCulture,
            $"decoder:    {text.LayerCount} layers of {text.HiddenSize}, {text.HeadCount} heads of {text.HeadSize}, {text.KeyValueHeadCount} key-value heads, inner {text.IntermediateSize}"));
        context.Display.Line(string.Create(CultureInfo.InvariantCulture,
            $"vocabulary: {text.VocabularySize:N0} rows, {(text.TieWordEmbeddings ? "tied" : "untied")} head; rotary sections [{string.Join(", ", text.RotarySections)}]"));
        context.Display.Line(string.Create(CultureInfo.InvariantCulture,
            $"vision:     {vision.Depth} blocks of {vision.HiddenSize}, {vision.HeadCount} heads, inner {vision.IntermediateSize}, windows of {vision.WindowSize} pixels, full attention in [{string.Join(", ", vision.FullAttentionBlocks)}]"));
    }

    private static void Memory(VerbContext context, MemoryForecast forecast) => context.Display.Line(string.Create(CultureInfo.InvariantCulture,
        $"memory:     weights {forecast.WeightBytes / Mebibyte:N0} MiB ({forecast.Type}), fine-tuning {forecast.FineTuningBytes / Mebibyte:N0} MiB, generation {forecast.GenerationBytes / Mebibyte:N0} MiB ({forecast.Rows} row(s) of {forecast.Tokens} tokens)"));

    private static void DataSet(VerbContext context, string path)
    {
        PathologyDataView rows = StagedData.LoadAny(new MLContext().Pathology(), path);
        context.Display.Line($"data set:   {path}");
        context.Display.Line($"rows:       {rows.Questions.Count}, pictures {rows.Questions.Select(question => question.ImagePath).Distinct().Count()}");
        foreach (IGrouping<string, PathologyQuestion> subset in rows.Questions.GroupBy(question => question.Subset))
            context.Display.Line($"  {(subset.Key.Length > 0 ? subset.Key : "(no subset)")}: {subset.Count()} rows; options "
                + string.Join(", ", subset.CountBy(question => question.Options.Count).OrderBy(count => count.Key).Select(count => $"{count.Key} x {count.Value}")));
        if (rows.LoadReport.Faults.Count > 0) context.Display.Line(rows.LoadReport.ToString());
    }
}
