using PathVlm.Modeling.Configuration;
using PathVlm.Modeling.Generation.Decoding;
using PathVlm.Modeling.Numerics;
using static TorchSharp.torch;

namespace PathVlm.Modeling.Generation.Kernels;

/// <summary>
/// Decode steps on the CPU in float32, by kernels of our own that run on one team of threads from embedding to logits. Against
/// libtorch operations it reads each weight once for all rows at close to memory speed, keeps a prompt's keys and values once for all
/// its completions, pads nothing, and pays no call overhead: what counts at few rows or in small models.
/// </summary>
internal sealed unsafe class KernelDecodeEngine : IDecodeEngine
{
    private const int PhasesPerLayer = 7;
    private const int PhasesOutsideLayers = 3;

    // 1,000,000 products are about 40 microseconds on one thread, against 3 for synchronizing the threads.
    private const long MinimumProductsForThreads = 1_000_000;

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
    private CancellationToken _stop;
    private volatile bool _isStopped;

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
        _phases = (PhasesPerLayer * _settings.LayerCount) + PhasesOutsideLayers + _adapters.Sum(adapters => adapters.Count);
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
        _rotary.Reach(rows.Max(row => row.Prompt.NextPosition + row.StoredCount));
        (_stop, _isStopped) = (Interruption.Current, false);
        _team.Run(_phases, rows.Count * _layerSize < MinimumProductsForThreads, _body);
        if (_isStopped) _stop.ThrowIfCancellationRequested();
        _model.Counters.DecodedRows += rows.Count;
        _model.Counters.HeadRows += rows.Count;
        return _logits.narrow(0, 0, rows.Count);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _team.Dispose();
        NativeMatrix?[] all = [.. _keys, .. _values, .. _scratch, _hidden, _normed, _qkv, _attended, _gate, _up, _low];
        foreach (NativeMatrix? matrix in all)
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
            longest = Math.Max(
                longest,
                (long)part.Count * (_settings.HeadCount / _settings.KeyValueHeadCount) * (part.Stride + (2 * _settings.HeadSize)));
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
            new ReadOnlySpan<float>(_weights.Embeddings + ((long)_rows[start].TokenIds[^1] * hidden), hidden)
                .CopyTo(new Span<float>(_hidden.Values + ((long)start * hidden), hidden));
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
            // Written by one before they meet and read by all after it, so that they leave together.
            if (member == 0) _isStopped = _stop.IsCancellationRequested;
            _team.Meet();
            if (_isStopped) return;
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
            RowKernels.RmsNorm(
                _hidden.Values + ((long)row * size), weight, size, (float)_settings.NormEpsilon, _normed.Values + ((long)row * size));
        _team.Meet();
    }

    private void Multiply(
        ref int phase, NativeMatrix input, int size, float* weight, float* bias, float* output, int outputs, bool add,
        AdapterWeights? adapter)
    {
        LinearCall call = new()
        {
            Input = input.Values, InputStride = size, Rows = _rows.Count, Size = size, Weight = weight, Bias = bias,
            Output = output, OutputStride = outputs, Add = add,
        };
        Reduce(ref phase, input, adapter);
        while (_team.Take(phase, outputs, ChunkOf(outputs), out int start, out int end))
        {
            LinearKernel.Multiply(in call, start, end);
            adapter?.Add(_low.Values, _rows.Count, output, outputs, 0, start, end);
        }

        phase++;
        _team.Meet();
    }

    private void Gate(ref int phase, float* weight, AdapterWeights? adapter)
    {
        int size = _settings.HiddenSize, inner = _settings.IntermediateSize, rows = _rows.Count;
        LinearCall gate = new()
        {
            Input = _normed.Values, InputStride = size, Rows = rows, Size = size, Weight = weight,
            Output = _gate.Values, OutputStride = inner,
        };
        LinearCall up = gate with { Weight = weight + ((long)inner * size), Output = _up.Values };
        Reduce(ref phase, _normed, adapter);
        while (_team.Take(phase, inner, ChunkOf(inner), out int start, out int end))
        {
            LinearKernel.Multiply(in gate, start, end);
            LinearKernel.Multiply(in up, start, end);
            adapter?.Add(_low.Values, rows, _gate.Values, inner, 0, start, end);
            adapter?.Add(_low.Values, rows, _up.Values, inner, inner, start, end);
            for (int row = 0; row < rows; row++)
                RowKernels.Gate(_gate.Values + ((long)row * inner) + start, _up.Values + ((long)row * inner) + start, end - start);
        }

        phase++;
        _team.Meet();
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

    // One key-value head of some completions of one prompt: rotates, stores, scores, sums.
    private void Attend(int layer, Part part, int head, float* scratch)
    {
        int size = _settings.HeadSize, length = part.Prompt.Length;
        HeadTask task = new(layer, head, part, _settings.HeadCount / _settings.KeyValueHeadCount, size, scratch);
        for (int i = 0; i < part.Count; i++)
            ScoreOwn(task, i);

        long prompt = (long)head * length * size;
        LinearCall scores = new()
        {
            Input = task.Queries, InputStride = size, Rows = task.QueryCount, Size = size,
            Weight = (float*)part.Prompt.Memory[layer] + prompt, Output = task.Scores, OutputStride = task.Stride,
        };
        LinearKernel.Multiply(in scores, 0, length);
        for (int q = 0; q < task.QueryCount; q++)
        {
            int count = length + _rows[part.Start + (q / task.Repeat)].StoredCount + 1;
            task.Sums[q] = RowKernels.ExpOfDifferences(task.Scores + ((long)q * task.Stride), count);
        }

        new Span<float>(task.Attended, task.QueryCount * size).Clear();
        float* promptValues = (float*)part.Prompt.Memory[_settings.LayerCount + layer] + prompt;
        AttentionKernel.AddWeighted(task.Scores, task.Stride, task.QueryCount, length, promptValues, size, task.Attended);
        for (int i = 0; i < part.Count; i++)
            SumOwn(task, i);
    }

    // Rotates the queries and the newest key of one completion, stores key and value, and scores the completion's own tokens.
    private void ScoreOwn(in HeadTask task, int index)
    {
        int size = task.Size, repeat = task.Repeat;
        DecodeRow row = _rows[task.Part.Start + index];
        float* projected = _qkv.Values + ((long)(task.Part.Start + index) * _projected);
        int position = row.Prompt.NextPosition + row.StoredCount;
        float* cosine = _rotary.Cosine(position), sine = _rotary.Sine(position);
        float scale = 1 / MathF.Sqrt(size);
        for (int q = 0; q < repeat; q++)
            RowKernels.Turn(projected + (((task.Head * repeat) + q) * size), cosine, sine, size / 2, scale, task.QueryOf(index, q));
        long stored = OwnOffset(row, task.Head), newest = stored + ((long)row.StoredCount * size);
        RowKernels.Turn(projected + _width + (task.Head * size), cosine, sine, size / 2, 1, _keys[task.Layer].Values + newest);
        new ReadOnlySpan<float>(projected + _width + _keyWidth + (task.Head * size), size)
            .CopyTo(new Span<float>(_values[task.Layer].Values + newest, size));
        LinearCall scores = new()
        {
            Input = task.QueryOf(index, 0), InputStride = size, Rows = repeat, Size = size, Weight = _keys[task.Layer].Values + stored,
            Output = task.OwnScoresOf(index), OutputStride = task.Stride,
        };
        LinearKernel.Multiply(in scores, 0, row.StoredCount + 1);
    }

    // Adds the values of the completion's own tokens and divides by the sums of the weights.
    private void SumOwn(in HeadTask task, int index)
    {
        int size = task.Size, repeat = task.Repeat;
        DecodeRow row = _rows[task.Part.Start + index];
        float* own = task.Attended + ((long)index * repeat * size);
        float* values = _values[task.Layer].Values + OwnOffset(row, task.Head);
        AttentionKernel.AddWeighted(task.OwnScoresOf(index), task.Stride, repeat, row.StoredCount + 1, values, size, own);
        float* output = _attended.Values + ((long)(task.Part.Start + index) * _width) + (task.Head * repeat * size);
        for (int q = 0; q < repeat; q++)
            for (int d = 0; d < size; d++)
                output[(q * size) + d] = own[(q * size) + d] / task.Sums[(index * repeat) + q];
    }

    private long OwnOffset(DecodeRow row, int head) =>
        (((long)row.Slot * _settings.KeyValueHeadCount) + head) * _capacity * _settings.HeadSize;

    // Some pieces a member, so that one held up by another program leaves its share to the others.
    private int ChunkOf(int outputs)
    {
        int piece = outputs / (_team.Count * 6) / LinearKernel.Tile * LinearKernel.Tile;
        return Math.Max(piece, 4 * LinearKernel.Tile);
    }

    private readonly record struct Part(PromptState Prompt, int Start, int Count, int Stride);

    // The scratch of one key-value head: scores [queries, stride], rotated queries [queries, size], weighted sums of values [queries,
    // size].
    private readonly struct HeadTask(int layer, int head, Part part, int repeat, int size, float* scratch)
    {
        public int Layer => layer;

        public int Head => head;

        public Part Part => part;

        // Query heads that share the key-value head.
        public int Repeat => repeat;

        public int Size => size;

        public int Stride => part.Stride;

        public int QueryCount => part.Count * repeat;

        public float* Scores => scratch;

        public float* Queries => scratch + ((long)QueryCount * part.Stride);

        public float* Attended => Queries + ((long)QueryCount * size);

        // The sums of a query's weights; they take the place of the queries, which are used up by then.
        public float* Sums => Queries;

        public float* QueryOf(int completion, int query) => Queries + ((long)((completion * repeat) + query) * size);

        // Scores of a completion's own tokens, which come after those of the prompt.
        public float* OwnScoresOf(int completion) => scratch + ((long)completion * repeat * part.Stride) + part.Prompt.Length;
    }
}
