using PathVlm.MLNet.Data.Rows;
using PathVlm.MLNet.Views;

namespace PathVlm.MLNet.Inference.Answering;

/// <summary>Reads rows with their pictures ahead, for what answers several at once.</summary>
internal static class RowLookAhead
{
    private const PathologyRowNeeds Needs = PathologyRowNeeds.Image;

    /// <summary>Look-ahead over rows.</summary>
    /// <param name="batchSize">Rows that are answered together; 1 or more.</param>
    /// <param name="answer">Answers rows, in their order.</param>
    public static LookAhead<PathologyRow, TAnswer> Of<TAnswer>(
        int batchSize, Func<IReadOnlyList<PathologyRow>, IReadOnlyList<TAnswer>> answer)
        where TAnswer : class => new(
        batchSize, schema => PathologySchema.Columns(schema, Needs), row => new PathologyRowReader(row, Needs).Read, answer);
}
