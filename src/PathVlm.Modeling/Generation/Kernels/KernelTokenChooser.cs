using PathVlm.Modeling.Generation.Decoding;
using PathVlm.Modeling.Generation.Sampling;
using PathVlm.Modeling.Numerics;
using static TorchSharp.torch;

namespace PathVlm.Modeling.Generation.Kernels;

/// <summary>Chooses by <see cref="RowSampler"/>, rows side by side on a team: for logits in memory that no rule narrows.</summary>
/// <param name="options">The rules.</param>
/// <param name="suppressed">Ids never chosen.</param>
/// <param name="slots">Slots of rows.</param>
/// <param name="team">Threads; not disposed here.</param>
internal sealed unsafe class KernelTokenChooser(SamplingOptions options, IReadOnlyCollection<int> suppressed, int slots, ThreadTeam team)
    : ITokenChooser
{
    private const int LogitsWorthMeeting = 1 << 15;

    private readonly int[] _suppressed = [.. suppressed];
    private readonly HashSet<int>?[] _seen = new HashSet<int>?[slots];

    /// <inheritdoc/>
    public void Start(DecodeRow row, IEnumerable<int> seen)
    {
        if (options.RepetitionPenalty != 1)
            _seen[row.Slot] = [.. seen];
    }

    /// <inheritdoc/>
    public (int[] Ids, float[] LogProbabilities) Choose(IReadOnlyList<DecodeRow> rows, Tensor logits)
    {
        int size = (int)logits.shape[1];
        float* first = (float*)NativeMatrix.AddressOf(logits);
        int[] ids = new int[rows.Count];
        float[] logProbabilities = new float[rows.Count];
        team.Run(1, (long)rows.Count * size < LogitsWorthMeeting, _ =>
        {
            Span<double> sums = new double[RowSampler.SumCount(size)];
            while (team.Take(0, rows.Count, 1, out int row, out int _))
            {
                float* own = first + ((long)row * size);
                foreach (int id in _suppressed)
                    own[id] = float.NegativeInfinity;
                HashSet<int>? seen = _seen[rows[row].Slot];
                (ids[row], logProbabilities[row]) = RowSampler.Choose(
                    own, size, options, seen, rows[row].Draws.Uniform(rows[row].TokenIds.Count), sums);
                seen?.Add(ids[row]);
            }
        });
        return (ids, logProbabilities);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
    }
}
