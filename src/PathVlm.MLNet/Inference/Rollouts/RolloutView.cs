using Microsoft.ML;
using Microsoft.ML.Data;
using PathVlm.MLNet.Views;

namespace PathVlm.MLNet.Inference.Rollouts;

/// <summary>
/// Some rows of a view with the completions sampled of them: what rewards score during training. All columns of the view pass through; a
/// picture is decoded only where a reward looks at it.
/// </summary>
/// <param name="input">The rows that were sampled from; it gives them in one order.</param>
/// <param name="groups">Completions, by rising position; several groups may be of one row.</param>
internal sealed class RolloutView(IDataView input, IReadOnlyList<RolloutGroup> groups)
    : MappedView<RolloutGroup>(input, MappedColumns<RolloutGroup>.Append(input.Schema, RolloutColumns.All))
{
    /// <inheritdoc/>
    public override long? GetRowCount() => groups.Count;

    /// <inheritdoc/>
    protected override DataViewRowCursor CreateCursor(bool[] active, Random? rand) =>
        new Cursor(Columns, active, Input.GetRowCursor(Columns.PassedColumns(active)), groups);

    private sealed class Cursor(
        MappedColumns<RolloutGroup> columns, bool[] active, DataViewRowCursor input, IReadOnlyList<RolloutGroup> groups)
        : MappedCursor<RolloutGroup>(columns, active, input)
    {
        private int _index = -1;

        public override long Position => _index < groups.Count ? _index : -1;

        public override long Batch => 0;

        public override bool MoveNext()
        {
            if (_index >= groups.Count || ++_index >= groups.Count)
                return false;
            while (Input.Position < groups[_index].Position)
                if (!Input.MoveNext())
                    throw new InvalidOperationException(
                        $"row {groups[_index].Position}: the input ended earlier than when it was sampled from; cache it "
                            + "(mlContext.Data.Cache).");
            return true;
        }

        public override ValueGetter<DataViewRowId> GetIdGetter() =>
            (ref DataViewRowId value) => value = new DataViewRowId((ulong)_index, 0);

        protected override RolloutGroup Current() => Position >= 0 ? groups[_index] : throw new InvalidOperationException(NoRow);
    }
}
