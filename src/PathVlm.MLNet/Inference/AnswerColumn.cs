using Microsoft.ML;
using Microsoft.ML.Data;
using PathVlm.MLNet.Data;

namespace PathVlm.MLNet.Inference;

/// <summary>A column that a fitted model adds, made from its answer.</summary>
/// <param name="Name">Column name.</param>
/// <param name="Type">Column type.</param>
/// <param name="Getter">Makes a <see cref="ValueGetter{TValue}"/> over the answer to the current row.</param>
internal sealed record AnswerColumn(string Name, DataViewType Type, Func<Func<PathologyAnswer>, Delegate> Getter)
{
    /// <summary>The columns, in the order in which they are added.</summary>
    public static IReadOnlyList<AnswerColumn> All { get; } =
    [
        Text(PathologyColumns.Response, answer => answer.Response),
        Text(PathologyColumns.Reasoning, answer => answer.Reasoning),
        Text(PathologyColumns.PredictedAnswer, answer => answer.PredictedAnswer),
        new(PathologyColumns.ResponseTokenCount, NumberDataViewType.Int32, current => (ValueGetter<int>)((ref int value) => value = current().ResponseTokenCount)),
    ];

    private static AnswerColumn Text(string name, Func<PathologyAnswer, string> select) => new(name, TextDataViewType.Instance, current =>
        (ValueGetter<ReadOnlyMemory<char>>)((ref ReadOnlyMemory<char> value) => value = select(current()).AsMemory()));
}
