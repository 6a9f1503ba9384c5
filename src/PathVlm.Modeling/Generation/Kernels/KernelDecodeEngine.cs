using PathVlm.Modeling.Configuration;
using PathVlm.Modeling.Generation.Decoding;
using static TorchSharp.torch;

namespace PathVlm.Modeling.Generation.Kernels;

/// <summary>
/// Decode steps on the CPU in float32, over float32 or bfloat16 weights, by kernels of our own that run on one team of threads from embedding to logits. Against
/// libtorch operations it reads each weight once for all rows at close to memory speed, keeps a prompt's keys and values once for all
/// its completions, pads nothing, and pays no call overhead: what counts at few rows or in small models.
/// </summary>
internal sealed unsafe class KernelDecodeEngine : IDecodeEngine
{
    private const int PhasesPerLayer = 7;
    private const int PhasesBeside = 3;
    private const long LayerProductsWorthMeeting = 1_000_000; // Some 40 microseconds on one thread, against 3 for the meetings.

    private readonly Qwen25VlModel _model;
    private readonly TextConfiguration _settings;
    private readonly DecoderWeights _weights;
    private readonly LayerAdapters[] _adapters;
    private readonly int _phases;
    private readonly ThreadTeam _team;
    private readonly int _capacity;
    private readonly int _width;
    private readonly int _keyWidth;
    private readonly int _projected;
    private readonly long _layerSize;
    private readonly NativeMatrix[] _keys;
    private readonly NativeMatrix[] _values;
    private readonly NativeMatrix _hidden, _normed, _qkv, _attended, _gate, _up, _low;
    private readonly NativeMatrix?[] _scratch;
    private readonly Tensor _logits;
    private readonly float* _logitsMemory;
    private readonly RotaryTable _rotary;
    private readonly List<Part> _parts = [];
    private readonly Action<int> _body;
    private IReadOnlyList<DecodeRow> _rows = [];

    /// <summary>An engine for a model.</summary>
    /// <param name="model">Float32 on the CPU.</param>
    /// <param name="rowLimit">Most rows of a step; slots are 0 to this, exclusive.</param>
    /// <param name="capacity">Most tokens stored for a completion.</param>
    public KernelDecodeEngine(Qwen25VlModel model, int rowLimit, int capacity)
    {
        _model = model;
        _settings = model.Configuration.Text;
        _weights = new DecoderWeights(model.Configuration, model.Parameters);
        _adapters = [.. Enumerable.Range(0, _settings.LayerCount).Select(index => LayerAdapters.Of(model, index))];
        _phases = (PhasesPerLayer * _settings.LayerCount) + PhasesBeside + _adapters.Sum(adapters => adapters.Count);
        _team = new ThreadTeam(get_num_threads());
        _capacity = Math.Max(capacity, 1);
        _width = _settings.HeadCount * _settings.HeadSize;
        _keyWidth = _settings.KeyValueHeadCount * _settings.HeadSize;
        _projected = _width + (2 * _keyWidth);
        _layerSize = _settings.HiddenSize * ((long)_projected + _width + (3 * _settings.IntermediateSize));
        long stored = (long)rowLimit * _keyWidth * _capacity;
        _keys = [.. Enumerable.Range(0, _settings.LayerCount).Select(_ => new NativeMatrix(stored))];
        _values = [.. Enumerable.Range(0, _settings.LayerCount).Select(_ => new NativeMatrix(stored))];
        _hidden = new NativeMatrix((long)rowLimit * _settings.HiddenSize);
        _normed = new NativeMatrix((long)rowLimit * _settings.HiddenSize);
        _qkv = new NativeMatrix((long)rowLimit * _projected);
        _attended = new NativeMatrix((long)rowLimit * _width);
        _gate = new NativeMatrix((long)rowLimit * _settings.IntermediateSize);
        _up = new NativeMatrix((long)rowLimit * _settings.IntermediateSize);
        _low = new NativeMatrix((long)rowLimit * _adapters.Max(adapters => adapters.LargestRank));
        _scratch = new NativeMatrix?[_team.Count];
        _logits = empty([rowLimit, _settings.VocabularySize], ScalarType.Float32).DetachFromDisposeScope();
        _logitsMemory = (float*)NativeMatrix.AddressOf(_logits);
        _rotary = new RotaryTable(model.Decoder, _settings.HeadSize);
        _body = Compute;
    }

    /// <summary>The threads.</summary>
    public ThreadTeam Team => _team;

    /// <inheritdoc/>
    public Tensor Step(IReadOnlyList<DecodeRow> rows)
    {
        _rows = rows;
        CutParts();
        _weights.Refresh();
        _rotary.Reach(rows.Max(row => row.Prompt.NextPosition + row.StoredCount));
        _team.Run(_phases, rows.Count * _layerSize < LayerProductsWorthMeeting, _body);
        _model.Counters.DecodedRows += rows.Count;
        _model.Counters.HeadRows += rows.Count;
        return _logits.narrow(0, 0, rows.Count);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _team.Dispose();
        _weights.Dispose();
        foreach (NativeMatrix? matrix in (NativeMatrix?[])[.. _keys, .. _values, .. _scratch, _hidden, _normed, _qkv, _attended, _gate, _up, _low])
            matrix?.Dispose();
        _logits.Dispose();
    }

    // Completions of one prompt share the reading of its keys and values; a large group is cut so that every thread has a part.
    private void CutParts()
    {
        _parts.Clear();
        int share = (_rows.Count * _settings.KeyValueHeadCount + _team.Count - 1) / _team.Count;
        long longest = 0;
        for (int start = 0, end; start < _rows.Count; start = end)
        {
            PromptState prompt = _rows[start].Prompt;
            int own = 0;
            for (end = start; end < _rows.Count && end - start < share && ReferenceEquals(_rows[end].Prompt, prompt); end++)
                own = Math.Max(own, _rows[end].StoredCount + 1);
            Part part = new(prompt, start, end - start, (prompt.Length + own + 7) / 8 * 8);
            _parts.Add(part);
            longest = Math.Max(longest, (long)part.Count * (_settings.HeadCount / _settings.KeyValueHeadCount) * (part.Stride + (2 * _settings.HeadSize)));
        }

        for (int member = 0; member < _scratch.Length; member++)
        {
            if (_scratch[member] is { } scratch && scratch.Count >= longest)
                continue;
            _scratch[member]?.Dispose();
            _scratch[member] = new NativeMatrix(longest * 5 / 4);
        }
    }

    // The whole step, on every member of the team.
    private void Compute(int member)
    {
        int phase = 0, rows = _rows.Count, hidden = _settings.HiddenSize, inner = _settings.IntermediateSize;
        while (_team.Take(phase, rows, 1, out int start, out _))
            _weights.Embed(_rows[start].TokenIds[^1], new Span<float>(_hidden.Values + ((long)start * hidden), hidden));
        phase++;
        _team.Meet();
        for (int layer = 0; layer < _weights.Layers.Length; layer++)
        {
            LayerWeights weights = _weights.Layers[layer];
            LayerAdapters adapters = _adapters[layer];
            Normalise(phase++, weights.InputNorm);
            Multiply(ref phase, _normed, hidden, weights.Qkv, weights.QkvBias, _qkv.Values, _projected, add: false, adapters.Qkv);
            int items = _parts.Count * _settings.KeyValueHeadCount;
            while (_team.Take(phase, items, 1, out int item, out _))
                Attend(layer, _parts[item / _settings.KeyValueHeadCount], item % _settings.KeyValueHeadCount, _scratch[member]!.Values);
            phase++;
            _team.Meet();
            Multiply(ref phase, _attended, _width, weights.Output, null, _hidden.Values, hidden, add: true, adapters.Output);
            Normalise(phase++, weights.MiddleNorm);
            Gate(ref phase, weights.GateUp, adapters.GateUp);
            Multiply(ref phase, _gate, inner, weights.Down, null, _hidden.Values, hidden, add: true, adapters.Down);
        }

        Normalise(phase++, _weights.Norm);
        Multiply(ref phase, _normed, hidden, _weights.Head, null, _logitsMemory, _settings.VocabularySize, add: false, adapter: null);
    }

    private void Normalise(int phase, float* weight)
    {
        int size = _settings.HiddenSize;
        while (_team.Take(phase, _rows.Count, 1, out int row, out _))
            RowKernels.RmsNorm(_hidden.Values + ((long)row * size), weight, size, (float)_settings.NormEpsilon, _normed.Values + ((long)row * size));
        _team.Meet();
    }

    private void Multiply(
        ref int phase, NativeMatrix input, int size, void* weight, float* bias, float* output, int outputs, bool add, AdapterWeights? adapter)
    {
        Reduce(ref phase, input, adapter);
        while (_team.Take(phase, outputs, ChunkOf(outputs), out int start, out int end))
        {
            Product(input.Values, size, weight, 0, bias, output, outputs, start, end, add);
            adapter?.Add(_low.Values, _rows.Count, output, outputs, 0, start, end);
        }

        phase++;
        _team.Meet();
    }

    private void Gate(ref int phase, void* weight, AdapterWeights? adapter)
    {
        int size = _settings.HiddenSize, inner = _settings.IntermediateSize, rows = _rows.Count;
        Reduce(ref phase, _normed, adapter);
        while (_team.Take(phase, inner, ChunkOf(inner), out int start, out int end))
        {
            Product(_normed.Values, size, weight, 0, null, _gate.Values, inner, start, end, add: false);
            Product(_normed.Values, size, weight, inner, null, _up.Values, inner, start, end, add: false);
            adapter?.Add(_low.Values, rows, _gate.Values, inner, 0, start, end);
            adapter?.Add(_low.Values, rows, _up.Values, inner, inner, start, end);
            for (int row = 0; row < rows; row++)
                RowKernels.Gate(_gate.Values + ((long)row * inner) + start, _up.Values + ((long)row * inner) + start, end - start);
        }

        phase++;
        _team.Meet();
    }

    // Outputs of the rows of a weight from row first on, whichever type the weights have.
    private void Product(float* input, int size, void* weight, int first, float* bias, float* output, int outputs, int start, int end, bool add)
    {
        int rows = _rows.Count;
        if (_weights.AreHalf)
            LinearKernel.Multiply(input, size, rows, size, (ushort*)weight + ((long)first * size), bias, output, outputs, start, end, add);
        else
            LinearKernel.Multiply(input, size, rows, size, (float*)weight + ((long)first * size), bias, output, outputs, start, end, add);
    }

    // The narrow product of an adapter, which its layer's product waits for.
    private void Reduce(ref int phase, NativeMatrix input, AdapterWeights? adapter)
    {
        if (adapter is null) return;
        while (_team.Take(phase, adapter.Rank, LinearKernel.Tile, out int start, out int end))
            adapter.Reduce(input.Values, _rows.Count, _low.Values, start, end);
        phase++;
        _team.Meet();
    }

    // One key-value head of some completions of one prompt: turns, stores, attends.
    private void Attend(int layer, Part part, int head, float* scratch)
    {
        int size = _settings.HeadSize, repeat = _settings.HeadCount / _settings.KeyValueHeadCount, queries = part.Count * repeat;
        int length = part.Prompt.Length, stride = part.Stride;
        long prompt = (long)head * length * size;
        float* promptKeys = (float*)part.Prompt.Memory[layer] + prompt;
        float* promptValues = (float*)part.Prompt.Memory[_settings.LayerCount + layer] + prompt;
        float* turned = scratch + ((long)queries * stride), summed = turned + ((long)queries * size);
        float scale = 1 / MathF.Sqrt(size);
        for (int i = 0; i < part.Count; i++)
        {
            DecodeRow row = _rows[part.Start + i];
            float* projected = _qkv.Values + ((long)(part.Start + i) * _projected);
            float* cosine = _rotary.Cosine(row.Prompt.NextPosition + row.StoredCount), sine = _rotary.Sine(row.Prompt.NextPosition + row.StoredCount);
            for (int q = 0; q < repeat; q++)
                RowKernels.Turn(projected + (((head * repeat) + q) * size), cosine, sine, size / 2, scale, turned + ((long)((i * repeat) + q) * size));
            long stored = OwnOffset(row, head), newest = stored + ((long)row.StoredCount * size);
            RowKernels.Turn(projected + _width + (head * size), cosine, sine, size / 2, 1, _keys[layer].Values + newest);
            new ReadOnlySpan<float>(projected + _width + _keyWidth + (head * size), size).CopyTo(new Span<float>(_values[layer].Values + newest, size));
            LinearKernel.Multiply(
                turned + ((long)i * repeat * size), size, repeat, size, _keys[layer].Values + stored, null,
                scratch + ((long)i * repeat * stride) + length, stride, 0, row.StoredCount + 1, add: false);
        }

        LinearKernel.Multiply(turned, size, queries, size, promptKeys, null, scratch, stride, 0, length, add: false);
        float* sums = turned; // The queries are used up.
        for (int q = 0; q < queries; q++)
            sums[q] = RowKernels.ExpOfDifferences(scratch + ((long)q * stride), length + _rows[part.Start + (q / repeat)].StoredCount + 1);
        new Span<float>(summed, queries * size).Clear();
        AttentionKernel.AddWeighted(scratch, stride, queries, length, promptValues, size, summed);
        for (int i = 0; i < part.Count; i++)
        {
            DecodeRow row = _rows[part.Start + i];
            float* own = summed + ((long)i * repeat * size);
            AttentionKernel.AddWeighted(
                scratch + ((long)i * repeat * stride) + length, stride, repeat, row.StoredCount + 1, _values[layer].Values + OwnOffset(row, head), size, own);
            float* output = _attended.Values + ((long)(part.Start + i) * _width) + (head * repeat * size);
            for (int q = 0; q < repeat; q++)
                for (int d = 0; d < size; d++)
                    output[(q * size) + d] = own[(q * size) + d] / sums[(i * repeat) + q];
        }
    }

    private long OwnOffset(DecodeRow row, int head) => (((long)row.Slot * _settings.KeyValueHeadCount) + head) * _capacity * _settings.HeadSize;

    // Some pieces a member, so that one held up by another program leaves its share to the others.
    private int ChunkOf(int outputs)
    {
        int piece = outputs / (_team.Count * 6) / LinearKernel.Tile * LinearKernel.Tile;
        return Math.Max(piece, 4 * LinearKernel.Tile);
    }

    private readonly record struct Part(PromptState Prompt, int Start, int Count, int Stride);
}
