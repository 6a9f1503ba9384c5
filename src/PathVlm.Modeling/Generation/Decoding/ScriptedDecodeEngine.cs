using PathVlm.Modeling.Configuration;
using PathVlm.Modeling.Language;
using PathVlm.Modeling.Native;
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
    // A recording costs some ten steps.
    private const int KeysOfARecord = 256, StepsBeforeARecord = 8, StepsOfARecord = 48;
    private const double LargestDifference = 0.05;
    private readonly Qwen25VlModel _model;
    private readonly TextConfiguration _settings;
    private readonly DecodeWeights _weights;
    private readonly int _capacity;
    private readonly Tensor _one, _ramp, _hidden;
    private Layers.Rotary? _turns;
    private DecodeMemory? _memory;
    private StepRecord? _record;
    private bool _records;
    private int _steady;

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
        _records = model.Device.type == DeviceType.CUDA && CudaGraph.IsWanted;
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
        DecodeMemory memory = _memory is { } held && held.Holds(rows) ? held : LaidAnew(rows);
        long[] numbers = Numbers(memory.Rows, out int longest, out bool even);
        EnsureTurns(numbers);
        Tensor logits = Recorded(numbers, longest) ?? Compute(tensor(numbers, device: _model.Device), longest, !even);
        _model.Counters.DecodedRows += rows.Count;
        _model.Counters.HeadRows += rows.Count;
        if (rows.Count == memory.Rows.Count) return logits.MoveToOuterDisposeScope();
        long[] places =
            [.. Enumerable.Range(0, memory.Rows.Count).Where(place => memory.Rows[place] is not null).Select(place => (long)place)];
        return logits.index_select(0, tensor(places, device: _model.Device)).MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Forget();
        _memory?.Dispose();
        _weights.Dispose();
        _turns?.Dispose();
        _one.Dispose();
        _ramp.Dispose();
        _hidden.Dispose();
    }

    /// <summary>
    /// The logits by a recorded step, where the memory has been as it is for some steps and enough are to come; null: compute them. A
    /// recorded step reads own keys up to a round number and hides those beyond the row's. Its first result is held to the computed one.
    /// </summary>
    private Tensor? Recorded(long[] numbers, int longest)
    {
        if (!_records) return null;
        int read = Math.Min(_capacity, (longest + KeysOfARecord - 1) / KeysOfARecord * KeysOfARecord);
        if (_record is null || _record.Longest != read)
        {
            if (++_steady < StepsBeforeARecord || read - longest < StepsOfARecord) return null;
            Forget();
            _steady = StepsBeforeARecord;
            Tensor input = tensor(numbers, device: _model.Device).DetachFromDisposeScope();
            Tensor computed = Compute(input, longest, masked: true);
            (CudaGraph graph, Tensor result) = CudaGraph.Record(_model.Device, () => Compute(input, read, masked: true));
            _record = new StepRecord(graph, input, result.DetachFromDisposeScope(), read);
            graph.Replay();
            double apart = result.sub(computed).abs().max().item<float>(), size = computed.abs().max().item<float>();
            if (apart <= LargestDifference * size) return result.alias();
            Forget();
            _records = false;
            return computed;
        }

        using Tensor now = tensor(numbers);
        _record.Input.copy_(now);
        _record.Graph.Replay();
        return _record.Result.alias();
    }

    private DecodeMemory LaidAnew(IReadOnlyList<DecodeRow> rows)
    {
        Forget();
        DecodeMemory? before = _memory;
        _memory = null;
        if (before is not null && !before.HoldsAnyOf(rows))
        {
            before.Dispose();
            before = null;
        }

        try
        {
            return _memory = new DecodeMemory(rows, _capacity, before);
        }
        finally
        {
            before?.Dispose();
        }
    }

    private void Forget()
    {
        _record?.Dispose();
        _record = null;
        _steady = 0;
    }

    /// <summary>A step of all places, from what <see cref="Numbers"/> lists: device work alone.</summary>
    /// <returns>Logits [places, V], float32.</returns>
    private Tensor Compute(Tensor numbers, int longest, bool masked)
    {
        using DisposeScope scope = NewDisposeScope();
        int count = _memory!.Rows.Count;
        Tensor positions = numbers.narrow(0, count, count), counts = numbers.narrow(0, 2 * count, count);
        (int turned, int kept) = (_settings.HeadCount + _settings.KeyValueHeadCount, _settings.KeyValueHeadCount);
        Tensor cosine = cat(
            [_turns!.Cosine.index_select(0, positions).expand(-1, turned, -1), _one.expand(count, kept, _settings.HeadSize)], 1);
        Tensor sine = _turns.Sine.index_select(0, positions).narrow(2, 0, _settings.HeadSize / 2);
        Tensor places = _memory.PlaceBase.view(-1, count).add(counts, Scalars.One).view(-1);
        StepInputs inputs = new(cosine, sine, places, Mask(counts, longest, !masked), longest);
        Decoder decoder = _model.Decoder;
        Tensor hidden = DecodeScript.Step(decoder.Embed(numbers.narrow(0, 0, count)), _weights, _memory, inputs, _settings);
        return _model.Head(decoder.Normalise(hidden)).to_type(ScalarType.Float32).MoveToOuterDisposeScope();
    }

    /// <summary>
    /// Newest token of each place, its position, and the tokens stored before it; an empty place counts as one with a token of its own.
    /// </summary>
    private static long[] Numbers(IReadOnlyList<DecodeRow?> rows, out int longest, out bool even)
    {
        int count = rows.Count;
        long[] numbers = new long[3 * count];
        longest = rows.Max(row => row?.StoredCount ?? 0) + 1;
        even = true;
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

        return numbers;
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
    private void EnsureTurns(long[] numbers)
    {
        int count = numbers.Length / 3;
        long farthest = numbers.AsSpan(count, count).ToArray().Max();
        if (_turns is not null && farthest < _turns.Cosine.size(0)) return;
        Forget();
        _turns?.Dispose();
        Tensor all = arange(Scalars.Of(farthest + _capacity + 1), ScalarType.Int64, _model.Device);
        Layers.Rotary turns = _model.Decoder.Turns(all.unsqueeze(0).expand(3, -1));
        _turns = new Layers.Rotary(turns.Cosine.DetachFromDisposeScope(), turns.Sine.DetachFromDisposeScope());
    }

    /// <summary>A recorded step.</summary>
    /// <param name="Graph">The recording.</param>
    /// <param name="Input">What it reads: see <see cref="Numbers"/>.</param>
    /// <param name="Result">Where it leaves logits.</param>
    /// <param name="Longest">Own keys that it reads.</param>
    private sealed record StepRecord(CudaGraph Graph, Tensor Input, Tensor Result, int Longest) : IDisposable
    {
        public void Dispose()
        {
            Graph.Dispose();
            Input.Dispose();
            Result.Dispose();
        }
    }
}
