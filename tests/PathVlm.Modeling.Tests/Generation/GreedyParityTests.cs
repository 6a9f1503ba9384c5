using System.Text.Json;
using PathVlm.Modeling.Checkpoints;
using PathVlm.Modeling.Checkpoints.Safetensors;
using PathVlm.Modeling.Configuration;
using PathVlm.Modeling.Generation;
using PathVlm.Modeling.Generation.Decoding;
using PathVlm.Modeling.Generation.Sampling;
using PathVlm.Modeling.Processing;
using PathVlm.Testing;
using TorchSharp;
using static TorchSharp.torch;

namespace PathVlm.Modeling.Tests.Generation;

/// <summary>model/*/greedy.json: greedy generation with repetition penalties and rows that end at different times.</summary>
public sealed class GreedyParityTests
{
    public static TheoryData<string, int, DecodeBackend> Cases()
    {
        TheoryData<string, int, DecodeBackend> data = [];
        foreach (string file in Directory.EnumerateFiles(ReferenceSet.PathOf("model"), "greedy.json", SearchOption.AllDirectories).Order(StringComparer.Ordinal))
        {
            using JsonDocument cases = JsonDocument.Parse(File.ReadAllText(file));
            for (int i = 0; i < cases.RootElement.GetArrayLength(); i++)
            {
                string checkpoint = Path.GetFileName(Path.GetDirectoryName(file)!);
                if (TestDevice.IsCpu) data.Add(checkpoint, i, DecodeBackend.Kernels);
                data.Add(checkpoint, i, DecodeBackend.Torch);
                data.Add(checkpoint, i, DecodeBackend.Scripted);
            }
        }

        return data;
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void TokensEqualTheReference(string checkpoint, int index, DecodeBackend backend)
    {
        using DisposeScope scope = NewDisposeScope();
        using JsonDocument cases = JsonDocument.Parse(File.ReadAllText(ReferenceSet.PathOf("model", checkpoint, "greedy.json")));
        JsonElement reference = cases.RootElement[index];
        int[] ends = reference.GetProperty("eos_token_id").Deserialize<int[]>()!;
        int[][] expected = reference.GetProperty("ids").Deserialize<int[][]>()!;
        SamplingOptions options = new()
        {
            Greedy = true, RepetitionPenalty = reference.GetProperty("repetition_penalty").GetDouble(), SuppressControlTokens = false,
            MaxNewTokens = reference.GetProperty("max_new_tokens").GetInt32(),
        };
        ModelConfiguration configuration = ModelConfiguration.Load(ReferenceSet.PathOf(checkpoint));
        using Qwen25VlModel model = Qwen25VlModel.CreateRandom(configuration, 0, new ModelLoadOptions { Device = TestDevice.Device });
        CheckpointReader.LoadInto(ReferenceSet.PathOf(checkpoint), configuration, model.CheckpointTensors);
        GenerationPrompt[] prompts = Prompts(
            ReferenceSet.PathOf("model", checkpoint, reference.GetProperty("case").GetString() + ".safetensors"),
            reference.GetProperty("pad_token_id").GetInt32(), model.Configuration.Vision.SpatialMergeSize);
        using BatchedGenerator generator = new(model, ends, [], new GeneratorOptions { Backend = backend });
        GeneratedSequence[] sequences = generator.Generate(prompts, 1, options);
        Assert.Equal(expected.Length, sequences.Length);
        for (int row = 0; row < expected.Length; row++)
        {
            // After a row's end the reference pads it to the longest.
            int end = Array.FindIndex(expected[row], ends.Contains);
            Assert.Equal(end < 0 ? expected[row] : expected[row][..(end + 1)], sequences[row].TokenIds);
            Assert.Equal(end < 0, sequences[row].Truncated);
        }
    }

    // The rows of a padded batch without their padding, with the reference's own picture features.
    private static GenerationPrompt[] Prompts(string path, int padding, int mergeSize)
    {
        using SafetensorsFile file = SafetensorsFile.Open(path);
        Tensor ids = file.Read("input_ids"), mask = file.Read("attention_mask");
        string[][] pictures = JsonSerializer.Deserialize<string[][]>(file.Metadata["images"])!;
        Tensor? features = file.Entries.ContainsKey("image_features") ? file.Read("image_features").to(TestDevice.Device) : null;
        long[] grids = features is null ? [] : file.Read("image_grid_thw").data<long>().ToArray();
        int grid = 0, feature = 0;
        return [.. pictures.Select((names, row) =>
        {
            ImageGrid[] own = [.. names.Select((_, i) => new ImageGrid((int)grids[3 * (grid + i)], (int)grids[(3 * (grid + i)) + 1], (int)grids[(3 * (grid + i)) + 2]))];
            int tokens = own.Sum(image => image.TokenCount(mergeSize));
            long[] kept = mask[row].data<long>().ToArray();
            GenerationPrompt prompt = new([.. ids[row].data<long>().ToArray().Where((_, token) => kept[token] == 1).Select(id => (int)id)])
            {
                Grids = own, ImageFeatures = tokens == 0 ? null : features!.narrow(0, feature, tokens),
                // The reference takes padding as seen.
                AlsoSeenTokenIds = kept.Contains(0) ? [padding] : [],
            };
            grid += own.Length;
            feature += tokens;
            return prompt;
        })];
    }
}
