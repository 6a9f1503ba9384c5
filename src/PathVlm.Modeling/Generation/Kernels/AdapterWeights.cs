using PathVlm.Modeling.Layers;
using PathVlm.Modeling.Numerics;

namespace PathVlm.Modeling.Generation.Kernels;

/// <summary>
/// Addresses of the low-rank terms of one linear layer, in the adapter's flat buffer: always the current ones, nothing is copied or merged.
/// </summary>
internal sealed unsafe class AdapterWeights
{
    private readonly float* _down;
    private readonly Part[] _parts;
    private readonly float _scale;
    private readonly int _inputs;

    /// <summary>Terms of a layer.</summary>
    /// <param name="terms">Float32 on the CPU.</param>
    public AdapterWeights(LowRank terms)
    {
        Rank = (int)terms.Rank;
        _inputs = (int)terms.InputSize;
        _scale = (float)terms.Scale;
        _down = (float*)NativeMatrix.AddressOf(terms.Down);
        _parts = new Part[terms.Parts.Count];
        for (int index = 0, first = 0; index < _parts.Length; index++)
        {
            LowRankPart part = terms.Parts[index];
            _parts[index] = new Part(
                (int)part.OutputStart, (int)part.OutputCount, first, (int)part.Rank, (float*)NativeMatrix.AddressOf(terms.Ups[index]));
            first += (int)part.Rank;
        }
    }

    /// <summary>Rows of all A's together.</summary>
    public int Rank { get; }

    /// <summary>Columns <paramref name="start"/> to <paramref name="end"/> of s x Aᵀ.</summary>
    /// <param name="input">x, [rows, in].</param>
    /// <param name="rows">Rows.</param>
    /// <param name="low">[rows, <see cref="Rank"/>].</param>
    /// <param name="start">First column.</param>
    /// <param name="end">Column after the last.</param>
    public void Reduce(float* input, int rows, float* low, int start, int end)
    {
        LinearCall call = new()
        {
            Input = input, InputStride = _inputs, Rows = rows, Size = _inputs, Weight = _down, Output = low, OutputStride = Rank,
        };
        LinearKernel.Multiply(in call, start, end);
        for (int row = 0; row < rows; row++)
            for (int column = start; column < end; column++) low[((long)row * Rank) + column] *= _scale;
    }

    /// <summary>Adds the terms to outputs <paramref name="start"/> to <paramref name="end"/> of every row.</summary>
    /// <param name="low">What <see cref="Reduce"/> gave, [rows, <see cref="Rank"/>].</param>
    /// <param name="rows">Rows.</param>
    /// <param name="output">[rows, <paramref name="stride"/>].</param>
    /// <param name="stride">Values from one row of the output to the next.</param>
    /// <param name="first">The fused layer's output that is the output's column 0.</param>
    /// <param name="start">First column.</param>
    /// <param name="end">Column after the last.</param>
    public void Add(float* low, int rows, float* output, long stride, int first, int start, int end)
    {
        foreach (ref readonly Part part in _parts.AsSpan())
        {
            int from = Math.Max(first + start, part.Start) - part.Start, to = Math.Min(first + end, part.Start + part.Count) - part.Start;
            if (from >= to) continue;
            LinearCall call = new()
            {
                Input = low + part.LowStart, InputStride = Rank, Rows = rows, Size = part.Rank, Weight = part.Up,
                Output = output + (part.Start - first), OutputStride = stride, Add = true,
            };
            LinearKernel.Multiply(in call, from, to);
        }
    }

    private readonly struct Part(int start, int count, int lowStart, int rank, float* up)
    {
        public readonly int Start = start;
        public readonly int Count = count;
        public readonly int LowStart = lowStart;
        public readonly int Rank = rank;
        public readonly float* Up = up;
    }
}

/// <summary>The low-rank terms of one decoder layer; null where a linear layer has none.</summary>
internal readonly record struct LayerAdapters(AdapterWeights? Qkv, AdapterWeights? Output, AdapterWeights? GateUp, AdapterWeights? Down)
{
    /// <summary>Those of a layer of a model.</summary>
    public static LayerAdapters Of(Qwen25VlModel model, int index)
    {
        IReadOnlyDictionary<string, LowRank>? layers = model.Adapter?.Layers;
        string name = $"model.layers.{index}.";
        return new LayerAdapters(Find("self_attn.qkv"), Find("self_attn.o_proj"), Find("mlp.gate_up"), Find("mlp.down_proj"));

        AdapterWeights? Find(string layer) => layers?.GetValueOrDefault(name + layer) is { } terms ? new AdapterWeights(terms) : null;
    }

    /// <summary>How many linear layers have terms.</summary>
    public int Count => All.Count(each => each is not null);

    /// <summary>Largest rank of a fused layer; 0 without terms.</summary>
    public int LargestRank => All.Max(each => each?.Rank ?? 0);

    private AdapterWeights?[] All => [Qkv, Output, GateUp, Down];
}
