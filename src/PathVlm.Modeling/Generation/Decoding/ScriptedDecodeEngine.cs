using PathVlm.Modeling.Configuration;
using PathVlm.Modeling.Language;
using TorchSharp;
using static TorchSharp.torch;

namespace PathVlm.Modeling.Generation.Decoding;

/// <summary>
/// Decode steps for a GPU, where a step of a few rows takes as long as its operations take to be asked for: rotary positions, key-value
/// memory and attention of a layer are one call (<see cref="DecodeScript"/>), and one transfer a step brings all that changes. The numbers
/// are <see cref="TorchDecodeEngine"/>'s but for rounding. Own keys lie as [slots, KV, capacity, D], so that rows in slots 0, 1, 2 … are
/// read where they lie.
/// </summary>
internal sealed class ScriptedDecodeEngine : IDecodeEngine
{
    private readonly Qwen25VlModel _model;
    private readonly TextConfiguration _settings;
    private readonly int _capacity;
    private readonly Tensor[] _keys, _values;
    private PromptGrid? _grid;

    /// <summary>An engine for a model.</summary>
    /// <param name="model">The model.</param>
    /// <param name="rowLimit">Most rows of a step; slots are 0 to this, exclusive.</param>
    /// <param name="capacity">Most tokens stored for a completion.</param>
    public ScriptedDecodeEngine(Qwen25VlModel model, int rowLimit, int capacity)
    {
        _model = model;
        _settings = model.Configuration.Text;
        _capacity = capacity;
        _keys = Allocate();
        _values = Allocate();

        // Zeros, as places not yet written have weight 0, and 0 times what lies in fresh memory may be no number.
        Tensor[] Allocate() => [.. Enumerable.Range(0, _settings.LayerCount).Select(_ => zeros(
            [(long)rowLimit, _settings.KeyValueHeadCount, capacity, _settings.HeadSize], model.Type, model.Device)
                .DetachFromDisposeScope())];
    }

    /// <inheritdoc/>
    public Tensor Step(IReadOnlyList<DecodeRow> rows)
    {
        using DisposeScope scope = NewDisposeScope();
        if (_grid is null || !_grid.Fits(rows))
        {
            _grid?.Dispose();
            _grid = new PromptGrid(rows, _settings.LayerCount);
        }

        StepInputs inputs = Inputs(rows);
        Decoder decoder = _model.Decoder;
        using Layers.Rotary turns = decoder.Turns(inputs.Positions.unsqueeze(0).expand(3, -1));
        Tensor hidden = decoder.Embed(inputs.Ids);
        for (int index = 0; index < decoder.Layers.Count; index++)
        {
            Tensor next = Layer(decoder.Layers[index], hidden, turns, inputs, index);
            hidden.Dispose();
            hidden = next;
        }

        _model.Counters.DecodedRows += rows.Count;
        return _model.Logits(decoder.Normalise(hidden)).to_type(ScalarType.Float32).MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _grid?.Dispose();
        foreach (Tensor tensor in _keys.Concat(_values)) tensor.Dispose();
    }

    private Tensor Layer(DecoderLayer layer, Tensor hidden, Layers.Rotary turns, StepInputs inputs, int index)
    {
        using Tensor normed = layer.Normalise(hidden);
        using Tensor projected = layer.ProjectAll(normed);
        (Tensor promptKeys, Tensor promptValues) = _grid!.Layer(index);
        using Tensor attended = DecodeScript.Attend(
            projected, turns, _keys[index], _values[index], inputs, new PromptMemory(promptKeys, promptValues, _grid), _settings);
        return layer.Finish(hidden, attended);
    }

    /// <summary>All numbers of a step in one transfer.</summary>
    private StepInputs Inputs(IReadOnlyList<DecodeRow> rows)
    {
        int count = rows.Count, heads = _settings.KeyValueHeadCount, longest = rows.Max(row => row.StoredCount) + 1;
        long[] numbers = new long[count * (4 + heads)];
        bool inOrder = true, even = true;
        for (int row = 0; row < count; row++)
        {
            DecodeRow each = rows[row];
            numbers[row] = each.TokenIds[^1];
            numbers[count + row] = each.Prompt.NextPosition + each.StoredCount;
            numbers[(2 * count) + row] = each.Slot;
            numbers[(3 * count) + row] = each.StoredCount;
            for (int head = 0; head < heads; head++)
                numbers[(4 * count) + (row * heads) + head] = (((long)each.Slot * heads) + head) * _capacity + each.StoredCount;
            inOrder &= each.Slot == row;
            even &= each.StoredCount == longest - 1;
        }

        Tensor all = tensor(numbers, device: _model.Device);
        Tensor counts = all.narrow(0, 3 * count, count);
        Tensor? mask = even ? null : zeros([count, longest], _model.Type, _model.Device)
            .masked_fill(arange(Numerics.Scalars.Of((long)longest), ScalarType.Int64, _model.Device).unsqueeze(0) > counts.unsqueeze(1),
                Numerics.Scalars.Of(double.NegativeInfinity))
            .view(count, 1, 1, longest);
        return new StepInputs(
            all.narrow(0, 0, count), all.narrow(0, count, count), inOrder ? null : all.narrow(0, 2 * count, count),
            all.narrow(0, 4 * count, count * heads), mask, longest);
    }
}

/// <summary>What a decode step is given, on the device.</summary>
/// <param name="Ids">Newest token of each row [rows].</param>
/// <param name="Positions">Its position [rows].</param>
/// <param name="Slots">Slots [rows]; null where they are 0, 1, 2 ….</param>
/// <param name="Places">Where each row's keys go, counted in vectors of key-value memory [rows * KV].</param>
/// <param name="Mask">0 at a row's own keys, minus infinity beyond [rows, 1, 1, longest]; null where all rows have as many.</param>
/// <param name="Longest">Keys of the longest row, the new one included.</param>
internal sealed record StepInputs(Tensor Ids, Tensor Positions, Tensor? Slots, Tensor Places, Tensor? Mask, int Longest);

/// <summary>Keys and values of the prompts in one layer, and how rows lie in their table.</summary>
/// <param name="Keys">[prompts, KV, longest, D].</param>
/// <param name="Values">Like the keys.</param>
/// <param name="Grid">The table.</param>
internal readonly record struct PromptMemory(Tensor Keys, Tensor Values, PromptGrid Grid);
