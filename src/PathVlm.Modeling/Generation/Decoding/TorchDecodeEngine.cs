using PathVlm.Modeling.Language;
using PathVlm.Modeling.Numerics;
using static TorchSharp.torch;

namespace PathVlm.Modeling.Generation.Decoding;

/// <summary>
/// Decode steps in libtorch operations, on any device and in any type. Prompts' keys lie padded side by side while the set of prompts
/// stays the same; a prompt's completions are folded into the rows of one product with them. One softmax runs over prompt and own keys.
/// </summary>
internal sealed class TorchDecodeEngine : IDecodeEngine
{
    private readonly Qwen25VlModel _model;
    private readonly int _capacity;
    private readonly int _heads, _repeat, _size;
    private readonly Tensor[] _keys, _values;
    private PromptGrid? _grid;

    /// <summary>An engine for a model.</summary>
    /// <param name="model">The model.</param>
    /// <param name="rowLimit">Most rows of a step; slots are 0 to this, exclusive.</param>
    /// <param name="capacity">Most tokens stored for a completion.</param>
    public TorchDecodeEngine(Qwen25VlModel model, int rowLimit, int capacity)
    {
        Configuration.TextConfiguration text = model.Configuration.Text;
        _model = model;
        _capacity = capacity;
        _heads = text.KeyValueHeadCount;
        _repeat = text.HeadCount / text.KeyValueHeadCount;
        _size = text.HeadSize;
        _keys = Allocate();
        _values = Allocate();

        // Zeros, as places not yet written have weight 0, and 0 times what lies in fresh memory may be no number.
        Tensor[] Allocate() => [.. Enumerable.Range(0, text.LayerCount)
            .Select(_ => zeros([(long)rowLimit * capacity, _heads, _size], model.Type, model.Device).DetachFromDisposeScope())];
    }

    /// <inheritdoc/>
    public Tensor Step(IReadOnlyList<DecodeRow> rows)
    {
        using TorchSharp.DisposeScope scope = NewDisposeScope();
        if (_grid is null || !_grid.Fits(rows))
        {
            _grid?.Dispose();
            _grid = new PromptGrid(rows, _model.Configuration.Text.LayerCount);
        }

        Device device = _model.Device;
        Tensor ids = tensor(rows.Select(row => (long)row.TokenIds[^1]).ToArray(), device: device);
        Tensor positions = tensor(rows.Select(row => (long)row.Prompt.NextPosition + row.StoredCount).ToArray(), device: device)
            .expand(3, -1);
        Tensor slots = tensor(rows.Select(row => (long)row.Slot).ToArray(), device: device);
        Tensor counts = tensor(rows.Select(row => (long)row.StoredCount).ToArray(), device: device);
        Tensor places = slots.mul(Scalars.Of((long)_capacity)).add(counts, Scalars.One);
        long longest = rows.Max(row => row.StoredCount) + 1;
        Tensor beyond = arange(Scalars.Of((long)longest), ScalarType.Int64, device).unsqueeze(0) > counts.unsqueeze(1);
        Tensor mask = zeros([rows.Count, longest], _model.Type, device)
            .masked_fill(beyond, Scalars.Of(double.NegativeInfinity)).view(rows.Count, 1, 1, longest);
        Decoder decoder = _model.Decoder;
        using Layers.Rotary turns = decoder.Turns(positions);
        Tensor hidden = decoder.Embed(ids);
        for (int index = 0; index < decoder.Layers.Count; index++)
        {
            hidden = Layer(index, decoder.Layers[index], hidden, turns, slots, places, longest, mask);
            Interruption.ThrowIfRequested();
        }

        _model.Counters.DecodedRows += rows.Count;
        return _model.Logits(decoder.Normalise(hidden)).to_type(ScalarType.Float32).MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _grid?.Dispose();
        foreach (Tensor tensor in _keys.Concat(_values))
            tensor.Dispose();
    }

    private Tensor Layer(
        int index, DecoderLayer layer, Tensor hidden, Layers.Rotary turns, Tensor slots, Tensor places, long longest, Tensor mask)
    {
        using TorchSharp.DisposeScope scope = NewDisposeScope();
        (Tensor query, Tensor key, Tensor value) = layer.Project(layer.Normalise(hidden), turns);
        _keys[index].index_copy_(0, places, key);
        _values[index].index_copy_(0, places, value);
        long rows = hidden.size(0);
        Tensor scaled = query.div(Scalars.Of(Math.Sqrt(_size))).view(rows, _heads, _repeat, _size);
        (Tensor promptKeys, Tensor promptValues) = _grid!.Layer(index);
        Tensor ownScores = scaled.matmul(Own(_keys[index]).permute(0, 2, 3, 1)).add(mask, Scalars.One);
        Tensor promptScores = _grid.Unfold(_grid.Fold(scaled).matmul(promptKeys.transpose(2, 3)).add(_grid.Mask, Scalars.One));
        long length = promptScores.size(3);
        Tensor weights = cat([promptScores, ownScores], 3).softmax(3);
        Tensor ofOwn = weights.narrow(3, length, longest).matmul(Own(_values[index]).permute(0, 2, 1, 3));
        Tensor attended = _grid.Unfold(_grid.Fold(weights.narrow(3, 0, length)).matmul(promptValues)).add(ofOwn, Scalars.One);
        return layer.Finish(hidden, attended.reshape(rows, -1)).MoveToOuterDisposeScope();

        Tensor Own(Tensor stored) => stored.view(-1, _capacity, _heads, _size).narrow(1, 0, longest).index_select(0, slots);
    }
}
