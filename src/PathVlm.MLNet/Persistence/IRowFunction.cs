using Microsoft.ML;

namespace PathVlm.MLNet.Persistence;

/// <summary>A transformer bound to an input schema: which columns it adds, what each needs, and how a row's values are made.</summary>
internal interface IRowFunction
{
    /// <summary>The columns added, in order.</summary>
    IReadOnlyList<DataViewSchema.DetachedColumn> Outputs { get; }

    /// <summary>Input columns that output <paramref name="output"/> is made from.</summary>
    IEnumerable<DataViewSchema.Column> InputsOf(int output);

    /// <summary>
    /// Makes a <see cref="ValueGetter{TValue}"/> for each active output (null for the others).
    /// Getters read <paramref name="row"/> when they are called, so they follow it as it moves.
    /// </summary>
    Delegate?[] Getters(DataViewRow row, Func<int, bool> isActive);
}
