using System.Globalization;
using System.Text.Json;
using Microsoft.ML;
using PathVlm.Host.Tests.Support;
using PathVlm.MLNet;
using PathVlm.MLNet.Data.Rows;
using PathVlm.MLNet.Inference.Answering;
using PathVlm.Modeling.Checkpoints;
using PathVlm.Modeling.Checkpoints.Safetensors;
using PathVlm.Testing;

namespace PathVlm.Host.Tests.Commands;

public sealed class InspectTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [MemberData(nameof(ReferenceSet.CheckpointNames), MemberType = typeof(ReferenceSet))]
    public async Task ACheckpointIsToldByItsParametersLayoutVocabularyAndMemory(string name)
    {
        string checkpoint = ReferenceSet.PathOf(name);
        string output = (await CommandLine.RunAsync("inspect", checkpoint, "--tokens", "77", "--rows", "3")).Success();
        Assert.Contains($"checkpoint: {checkpoint}", output, StringComparison.Ordinal);
        Assert.Contains(Text($"parameters: {ElementsOf(checkpoint):N0} (vision "), output, StringComparison.Ordinal);
        Assert.Contains($"layout:     {CheckpointReader.Inspect(checkpoint).Layout}; {WeightFiles(checkpoint).Length} file(s)", output,
            StringComparison.Ordinal);
        Assert.Equal(File.Exists(Path.Combine(checkpoint, "model.safetensors.index.json")),
            output.Contains("with an index", StringComparison.Ordinal));
        Assert.Contains(Text($"vocabulary: {VocabularyOf(checkpoint):N0} rows, "), output, StringComparison.Ordinal);
        Assert.Matches(
            @"memory:     weights \d+ MiB \((Float32|BFloat16)\), fine-tuning \d+ MiB, generation \d+ MiB \(3 row\(s\) of 77 tokens\)",
            output);
    }

    [Fact]
    public async Task AnAdapterIsDescribedAloneAndToldOfBesideWholeWeights()
    {
        string adapter = Path.Combine(ReferenceSet.OwnFolder, "lora", "rank-8");
        Outcome alone = await CommandLine.RunAsync("inspect", adapter);
        Assert.Contains("rank:       8, alpha 16; on ", alone.Success(), StringComparison.Ordinal);
        using TemporaryFolder folder = new();
        string both = folder.CopyOf(Reference.Checkpoint);
        File.Copy(Path.Combine(adapter, "adapter_config.json"), Path.Combine(both, "adapter_config.json"));
        Assert.Contains("an adapter (adapter_config.json) lies beside whole weights",
            (await CommandLine.RunAsync("inspect", both)).Success(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task AZipIsToldByItsStagesAndTheModelInThem()
    {
        MLContext ml = new();
        string zip = _folder.PathOf("model.zip");
        using (PathologyTransformer model = ml.Pathology().Pretrained(Reference.Checkpoint))
            ml.Model.Save(model, new PathologyDataView([new PathologyQuestion("q", Reference.Picture, "?", [], "a", "", "", null)]).Schema,
                zip);
        string output = (await CommandLine.RunAsync("inspect", zip)).Success();
        Assert.Matches(@"model zip:  .*model\.zip, \d+\.\d MiB, 1 fitted stage\(s\)", output);
        Assert.Contains(Text($"parameters: {ElementsOf(Reference.Checkpoint):N0} (vision "), output, StringComparison.Ordinal);
        Assert.Contains("(1 row(s) of 2048 tokens)", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ADataSetIsToldByItsRowsPicturesAndSubsets()
    {
        using SmallSet set = new();
        string[] lines = [.. (await CommandLine.RunAsync("inspect", set.Folder)).Success().Split('\n')];
        Assert.Contains($"data set:   {set.Folder}", lines);
        Assert.Contains($"rows:       9, pictures {set.Pictures.Length}", lines);
        Assert.Contains(lines, line => line.StartsWith("  ", StringComparison.Ordinal)
            && line.Contains("rows; options ", StringComparison.Ordinal));
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);

    private static string[] WeightFiles(string checkpoint) => Directory.GetFiles(checkpoint, "*.safetensors");

    private static long ElementsOf(string checkpoint) => WeightFiles(checkpoint).Sum(path =>
    {
        using SafetensorsFile file = SafetensorsFile.Open(path);
        return file.Entries.Values.Sum(entry => entry.Shape.Aggregate(1L, (product, length) => product * length));
    });

    private static long VocabularyOf(string checkpoint)
    {
        using JsonDocument settings = JsonDocument.Parse(File.ReadAllText(Path.Combine(checkpoint, "config.json")));
        JsonElement root = settings.RootElement;
        return (root.TryGetProperty("text_config", out JsonElement text) && text.TryGetProperty("vocab_size", out JsonElement nested)
            ? nested
            : root.GetProperty("vocab_size")).GetInt64();
    }
}
