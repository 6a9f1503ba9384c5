using PathVlm.Modeling.Configuration;
using PathVlm.Modeling.Language;
using PathVlm.Modeling.Numerics;
using TorchSharp;
using static TorchSharp.torch;

namespace PathVlm.Modeling.Generation.Decoding;

/// <summary>
/// Decode steps for a GPU, where a step of a few rows takes as long as its operations take to be asked for: all layers are one call
/// (<see cref="DecodeScript"/>), one transfer a step brings all that changes, and positions and masks are looked up in tables on the
/// device. The numbers are <see cref="TorchDecodeEngine"/>'s but for rounding.
/// </summary>
internal sealed class ScriptedDecodeEngine : IDecodeEngine
{
    private readonly Qwen25VlModel _model;
    private readonly TextConfiguration _settings;
    private readonly DecodeWeights _weights;
    private readonly int _capacity;
    private readonly Tensor _one, _ramp, _hidden;
    private Layers.Rotary? _turns;
    private DecodeMemory? _memory;

    /// <summary>An engine for a model.</summary>
    /// <param name="model">The model.</param>
    /// <param name="capacity">Most tokens stored for a completion.</param>
    public ScriptedDecodeEngine(Qwen25VlModel model, int capacity)
    {
        using DisposeScope scope = NewDisposeScope();
        _model = model;
        _settings = model.Configuration.Text;
        _capacity = capacity;
        _weights = new DecodeWeights(model);
        _one = ones([1, 1, 1], model.Type, model.Device).DetachFromDisposeScope();
        _ramp = arange(Scalars.Of((long)capacity), ScalarType.Int64, model.Device).add_(Scalars.Of((long)capacity), Scalars.One)
            .DetachFromDisposeScope();
        Tensor hidden = zeros(2L * capacity, model.Type, model.Device);
        hidden.narrow(0, capacity + 1, capacity - 1).fill_(Scalars.Of(double.NegativeInfinity));
        _hidden = hidden.DetachFromDisposeScope();
    }

    /// <inheritdoc/>
    public Tensor Step(IReadOnlyList<DecodeRow> rows)
    {
        using DisposeScope scope = NewDisposeScope();
        _weights.Refresh();
        if (_memory is null || !_memory.Holds(rows))
        {
            DecodeMemory next = new(rows, _capacity, _memory);
            _memory?.Dispose();
            _memory = next;
        }

        StepInputs inputs = Inputs(_memory.Rows);
        Decoder decoder = _model.Decoder;
        Tensor hidden = DecodeScript.Step(decoder.Embed(inputs.Ids), _weights, _memory, inputs, _settings);
        if (rows.Count != _memory.Rows.Count)
        {
            long[] places = [.. Enumerable.Range(0, _memory.Rows.Count).Where(place => _memory.Rows[place] is not null).Select(p => (long)p)];
            hidden = hidden.index_select(0, tensor(places, device: _model.Device));
        }

        _model.Counters.DecodedRows += rows.Count;
        return _model.Logits(decoder.Normalise(hidden)).to_type(ScalarType.Float32).MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _memory?.Dispose();
        _weights.Dispose();
        _turns?.Dispose();
        _one.Dispose();
        _ramp.Dispose();
        _hidden.Dispose();
    }

    /// <summary>All numbers of a step in one transfer; an empty place counts as one with a token of its own alone.</summary>
    private StepInputs Inputs(IReadOnlyList<DecodeRow?> rows)
    {
        int count = rows.Count, longest = rows.Max(row => row?.StoredCount ?? 0) + 1;
        long[] numbers = new long[3 * count];
        bool even = true;
        for (int place = 0; place < count; place++)
        {
            if (rows[place] is { } row)
            {
                numbers[place] = row.TokenIds[^1];
                numbers[count + place] = row.Prompt.NextPosition + row.StoredCount;
                numbers[(2 * count) + place] = row.StoredCount;
            }

            even &= numbers[(2 * count) + place] == longest - 1;
        }

        Tensor all = tensor(numbers, device: _model.Device), counts = all.narrow(0, 2 * count, count);
        Layers.Rotary turns = Turns(numbers.AsSpan(count, count));
        Tensor cosine = turns.Cosine.index_select(0, all.narrow(0, count, count));
        Tensor sine = turns.Sine.index_select(0, all.narrow(0, count, count)).narrow(2, 0, _settings.HeadSize / 2);
        (int turned, int kept) = (_settings.HeadCount + _settings.KeyValueHeadCount, _settings.KeyValueHeadCount);
        cosine = cat([cosine.expand(-1, turned, -1), _one.expand(count, kept, _settings.HeadSize)], 1);
        Tensor places = _memory!.PlaceBase.view(-1, count).add(counts, Scalars.One).view(-1);
        return new StepInputs(all.narrow(0, 0, count), cosine, sine, places, Mask(counts, longest, even), longest);
    }

    private Tensor? Mask(Tensor counts, int longest, bool even)
    {
        if (even && _memory!.PromptMask is null) return null;
        // Key j of a row with c keys before its newest is seen where j <= c: the table holds zeros up to there.
        Tensor places = _ramp.narrow(0, 0, longest).unsqueeze(0) - counts.unsqueeze(1);
        Tensor own = _hidden.index_select(0, places.view(-1)).view(counts.size(0), longest);
        Tensor prompt = _memory!.PromptMask ?? zeros([counts.size(0), _memory.PromptLength], own.dtype, own.device);
        return cat([prompt, own], 1).view(1, counts.size(0), 1, -1);
    }

    /// <summary>Turns of all positions up to the farthest that the rows of now can reach.</summary>
    private Layers.Rotary Turns(ReadOnlySpan<long> positions)
    {
        long farthest = 0;
        foreach (long position in positions) farthest = Math.Max(farthest, position);
        if (_turns is not null && farthest < _turns.Cosine.size(0)) return _turns;
        _turns?.Dispose();
        Tensor all = arange(Scalars.Of(farthest + _capacity + 1), ScalarType.Int64, _model.Device);
        Layers.Rotary turns = _model.Decoder.Turns(all.unsqueeze(0).expand(3, -1));
        _turns = new Layers.Rotary(turns.Cosine.DetachFromDisposeScope(), turns.Sine.DetachFromDisposeScope());
        return _turns;
    }
}
