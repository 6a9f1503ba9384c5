using System.Text;
using Microsoft.ML;
using PathVlm.MLNet;
using PathVlm.MLNet.Answers;
using PathVlm.MLNet.Chat.Faults;
using PathVlm.MLNet.Data.Loading;
using PathVlm.MLNet.Data.Rows;
using PathVlm.MLNet.Inference.Answering;
using PathVlm.MLNet.Judging.Messages;
using PathVlm.MLNet.Judging.Records;
using PathVlm.Modeling.Adapters;
using PathVlm.Modeling.Checkpoints;
using PathVlm.Modeling.Checkpoints.Safetensors;
using PathVlm.Modeling.Configuration;
using PathVlm.Modeling.Files;
using PathVlm.Modeling.Processing;
using PathVlm.Modeling.Processing.Pictures;
using PathVlm.Testing;
using TorchSharp;

namespace PathVlm.Fuzzing.Tests;

/// <summary>The readers that are given damaged files.</summary>
internal static class FuzzTargets
{
    private static readonly string Checkpoint = ReferenceSet.OwnPathOf("tiny-qwen2.5-vl");
    private static readonly string Sharded = ReferenceSet.OwnPathOf("tiny-qwen2.5-vl-tied-sharded-bf16");
    private static readonly PathologyCatalog Pathology = new MLContext(1).Pathology();
    private static readonly TemporaryFolder Folder = new(); // lives as long as the test run

    private static readonly string[] Options = ["A) Keratin pearls", "B) Signet-ring cells", "C) Psammoma bodies"];

    /// <summary>All of them.</summary>
    public static IReadOnlyList<FuzzTarget> All { get; } =
    [
        new("safetensors", [Weights()], ReadSafetensors, IsData),
        new("safetensors index", [Bytes(Sharded, "model.safetensors.index.json")], ReadIndex, IsData),
        new("tokenizer.json", [Bytes(Checkpoint, "tokenizer.json")], ReadTokenizer, IsData),
        new("config.json", [Bytes(Checkpoint, "config.json"), Bytes(Sharded, "config.json")], ReadConfiguration, IsData),
        new("preprocessor_config.json", [Bytes(Checkpoint, "preprocessor_config.json")], ReadPreprocessor, IsData),
        new("adapter_config.json", [Adapter()], ReadAdapter, IsData),
        new("zip", [Zip()], ReadZip, IsData),
        new("picture", Pictures(), file => PictureFile.Decode(file, "picture", 1 << 20), IsData),
        new("review", [Utf8(Samples.Review)], file => ReviewParser.Parse(Text(file)), fault => fault is InvalidReplyException),
        new("record of reviews", [Utf8(Samples.Record)], ReadRecord, IsData),
        new("rows as JSON", [Utf8(Samples.JsonList), Utf8(Samples.JsonSplits)], file => ReadRows(file, "rows.json"), IsData),
        new("rows as JSON lines", [Utf8(Samples.JsonLines)], file => ReadRows(file, "rows.jsonl"), IsData),
        new("rows as a table", [Utf8(Samples.Table)], file => ReadRows(file, "rows.csv"), IsData),
        new("answer", [.. Samples.Completions.Select(Utf8)], ReadAnswer, _ => false),
        new("rubric", [.. Samples.Completions.Select(Utf8)], Samples.ByRubric, _ => false),
    ];

    /// <summary>A target by name.</summary>
    public static FuzzTarget Named(string name) => All.Single(target => target.Name == name);

    private static bool IsData(Exception fault) => fault is InvalidDataException;

    private static byte[] Bytes(string folder, string name) => File.ReadAllBytes(Path.Combine(folder, name));

    private static byte[] Utf8(string text) => Encoding.UTF8.GetBytes(text);

    private static string Text(byte[] file) => Encoding.UTF8.GetString(file);

    private static string Placed(string name, byte[] file)
    {
        string path = Folder.PathOf(name);
        File.WriteAllBytes(path, file);
        return path;
    }

    private static byte[] Weights()
    {
        string path = Folder.PathOf("small.safetensors");
        using torch.Tensor first = torch.arange(6, torch.float32), second = torch.zeros([2, 3], torch.bfloat16);
        SafetensorsWriter.Write(path, [KeyValuePair.Create("first", first), KeyValuePair.Create("second", second)]);
        return File.ReadAllBytes(path);
    }

    private static byte[] Adapter() => Utf8(
        """
        {"peft_type": "LORA", "r": 2, "lora_alpha": 4, "target_modules": ["q_proj", "v_proj"], "bias": "none", "lora_dropout": 0.0,
         "base_model_name_or_path": "base", "use_rslora": false, "modules_to_save": null}
        """);

    private static byte[] Zip()
    {
        string path = Folder.PathOf("whole.zip");
        using PathologyTransformer model = Pathology.Pretrained(Checkpoint);
        PathologyDataView rows = new([new PathologyQuestion("1", "", "q", ["A) x", "B) y"], "A) x")]);
        Pathology.Save(model, rows.Schema, path);
        return File.ReadAllBytes(path);
    }

    private static byte[][] Pictures() =>
    [
        .. new[] { "tiny.png", "palette.png", "alpha.png", "photo-420.jpg" }.Select(name => Bytes(ReferenceSet.OwnPathOf("images"), name)),
        Convert.FromBase64String("R0lGODlhAgACAIAAAAAAAP///ywAAAAAAgACAAACAwQIFAA7"),
    ];

    private static void ReadSafetensors(byte[] file)
    {
        using SafetensorsFile read = SafetensorsFile.Open(Placed("x.safetensors", file));
        foreach (string name in read.Entries.Keys) read.Read(name).Dispose();
    }

    private static void ReadIndex(byte[] file)
    {
        string folder = Folder.PathOf("sharded");
        if (!Directory.Exists(folder)) Folder.CopyOf(Sharded, "sharded");
        File.WriteAllBytes(Path.Combine(folder, "model.safetensors.index.json"), file);
        CheckpointReader.Inspect(folder);
    }

    private static void ReadTokenizer(byte[] file)
    {
        Qwen2Tokenizer tokenizer = Qwen2Tokenizer.Load(CheckpointSource.FromMemory("memory", new Dictionary<string, byte[]>
        {
            ["tokenizer.json"] = file, ["tokenizer_config.json"] = Bytes(Checkpoint, "tokenizer_config.json"),
        }));
        tokenizer.Decode(tokenizer.Encode("The cells hold a single clear vacuole, 12.5 µm wide."));
    }

    private static void ReadConfiguration(byte[] file) => CheckpointTable.Of(
        ModelConfiguration.Load(CheckpointSource.FromMemory("memory", new Dictionary<string, byte[]> { ["config.json"] = file })));

    private static void ReadPreprocessor(byte[] file) => ImageProcessorConfiguration.Load(
        CheckpointSource.FromMemory("memory", new Dictionary<string, byte[]> { ["preprocessor_config.json"] = file }));

    private static void ReadAdapter(byte[] file)
    {
        string folder = Directory.CreateDirectory(Folder.PathOf("adapter")).FullName;
        File.WriteAllBytes(Path.Combine(folder, "adapter_config.json"), file);
        PeftConfiguration.Load(folder);
    }

    private static void ReadZip(byte[] file)
    {
        ITransformer model = Pathology.Load(Placed("x.zip", file), out _);
        foreach (PathologyTransformer stage in PathologyModelFile.StagesOf(model)) stage.Dispose();
    }

    private static void ReadRecord(byte[] file) => ReviewRecord.Read(Placed("x-reviews.jsonl", file));

    private static void ReadRows(byte[] file, string name)
    {
        if (!File.Exists(Folder.PathOf("a.png"))) File.Copy(ReferenceSet.OwnPathOf("images", "tiny.png"), Folder.PathOf("a.png"));
        PathologyDataView read = Pathology.Data.Load(Placed(name, file), new PathologyLoadOptions { RowFaults = RowFaultPolicy.Skip });
        foreach (PathologyQuestion row in read.Questions) new AnswerScorer(row.Options, row.Answer).Score("<answer>A</answer>");
    }

    private static void ReadAnswer(byte[] file) => new AnswerScorer(Options, Options[1]).Score(Text(file));
}
