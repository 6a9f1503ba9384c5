using System.Text.Json;
using PathVlm.Modeling.Checkpoints.Safetensors;
using PathVlm.Modeling.Configuration;
using PathVlm.Modeling.Processing;
using PathVlm.Modeling.Processing.Pictures;
using PathVlm.Modeling.Sequences;
using PathVlm.Testing;
using static TorchSharp.torch;

namespace PathVlm.Modeling.Tests.Support;

/// <summary>A padded batch of the reference set, as one pack: a segment a row, the padding left out.</summary>
internal sealed class ReferenceBatch : IDisposable
{
    private readonly SafetensorsFile _file;

    public ReferenceBatch(Qwen25VlModel model, string checkpoint, string path)
    {
        _file = SafetensorsFile.Open(path);
        string[][] pictures = JsonSerializer.Deserialize<string[][]>(_file.Metadata["images"])!;
        var processor = new ImageProcessor(ImageProcessorConfiguration.Load(ReferenceSet.PathOf(checkpoint)));
        Images = [.. pictures.SelectMany(row => row)
            .Select(name => processor.Process(PictureFile.Decode(ReferenceSet.PathOf("images", name))))];
        var builder = new PackedSequencesBuilder(model.Configuration);
        using Tensor ids = _file.Read("input_ids");
        using Tensor mask = _file.Read("attention_mask");
        Width = (int)ids.size(1);
        int next = 0;
        for (int row = 0; row < pictures.Length; row++)
        {
            long[] all = ids[row].data<long>().ToArray();
            long[] kept = mask[row].data<long>().ToArray();
            int[] rowIds = all.Where((_, token) => kept[token] == 1).Select(id => (int)id).ToArray();
            Places.Add([.. Enumerable.Range(0, Width).Where(token => kept[token] == 1)]);
            builder.AddPrompt(rowIds, [.. Images.Skip(next).Take(pictures[row].Length).Select(image => image.Grid)]);
            next += pictures[row].Length;
        }

        Packed = builder.Build(model.Device);
    }

    public IReadOnlyList<ProcessedImage> Images { get; }

    public PackedSequences Packed { get; }

    /// <summary>Length of the padded batch.</summary>
    public int Width { get; }

    /// <summary>For each row, the columns of the padded batch that are no padding.</summary>
    public List<int[]> Places { get; } = [];

    public IEnumerable<string> Names => _file.Entries.Keys;

    public bool Has(string name) => _file.Entries.ContainsKey(name);

    public Tensor Read(string name) => _file.Read(name);

    public Tensor? Features(Qwen25VlModel model) =>
        Images.Count == 0 ? null : model.EncodeImages(Patches(), [.. Images.Select(image => image.Grid)]);

    public Tensor Patches() =>
        tensor(Images.SelectMany(image => image.Patches).ToArray()).view(Images.Sum(image => image.Grid.PatchCount), -1);

    /// <summary>
    /// A row's values of a reference tensor [rows, columns, …] whose columns are the last of the padded batch, padding left out.
    /// </summary>
    public (Tensor Expected, int Skipped) Row(Tensor reference, int row)
    {
        int first = Width - (int)reference.size(1);
        long[] kept = Places[row].Where(place => place >= first).Select(place => (long)(place - first)).ToArray();
        return (reference[row].index_select(0, tensor(kept)), Places[row].Length - kept.Length);
    }

    public void Dispose()
    {
        Packed.Dispose();
        _file.Dispose();
    }
}
