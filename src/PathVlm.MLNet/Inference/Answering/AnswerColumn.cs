using Microsoft.ML;
using Microsoft.ML.Data;
using PathVlm.MLNet.Data.Rows;
using PathVlm.MLNet.Inference.Policies;

namespace PathVlm.MLNet.Inference.Answering;

/// <summary>A column made from what a model answered to a row.</summary>
/// <typeparam name="T">What the model answered: <see cref="PathologyAnswer"/>, or sampled completions.</typeparam>
/// <param name="Name">Column name.</param>
/// <param name="Type">Column type.</param>
/// <param name="Getter">Makes a <see cref="ValueGetter{TValue}"/> over the answer to the current row.</param>
internal sealed record AnswerColumn<T>(string Name, DataViewType Type, Func<Func<T>, Delegate> Getter);

/// <summary>The columns that a fitted model adds.</summary>
internal static class AnswerColumns
{
    /// <summary>The columns, in the order in which they are added.</summary>
    public static IReadOnlyList<AnswerColumn<PathologyAnswer>> All { get; } =
    [
        Text(PathologyColumns.Response, answer => answer.Response),
        Text(PathologyColumns.Reasoning, answer => answer.Reasoning),
        Text(PathologyColumns.PredictedAnswer, answer => answer.PredictedAnswer),
        new(PathologyColumns.ResponseTokenCount, NumberDataViewType.Int32, current => (ValueGetter<int>)((ref int value) => value = current().ResponseTokenCount)),
    ];

    private static AnswerColumn<PathologyAnswer> Text(string name, Func<PathologyAnswer, string> select) => new(name, TextDataViewType.Instance, current =>
        (ValueGetter<ReadOnlyMemory<char>>)((ref ReadOnlyMemory<char> value) => value = select(current()).AsMemory()));
}
