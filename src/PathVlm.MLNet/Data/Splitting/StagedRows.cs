using Microsoft.ML;
using PathVlm.MLNet.Data.Rows;
using PathVlm.MLNet.Views;

namespace PathVlm.MLNet.Data.Splitting;

/// <summary>Any data view with a column Stage given row by row; rows without a stage are left out.</summary>
/// <param name="source">The rows, which come in one order.</param>
/// <param name="stages">The stage of each row, or null.</param>
internal sealed class StagedRows(IDataView source, string?[] stages) : MappedView<string>(source, MappedColumns<string>.Append(
    source.Schema, [ViewColumn.Text<string>(PathologyColumns.Stage, stage => stage)]))
{
    /// <inheritdoc/>
    public override long? GetRowCount() => stages.Count(stage => stage is not null);

    /// <inheritdoc/>
    protected override DataViewRowCursor CreateCursor(bool[] active, Random? rand) =>
        new Cursor(Columns, active, Input.GetRowCursor(Columns.PassedColumns(active)), stages);

    private sealed class Cursor(MappedColumns<string> columns, bool[] active, DataViewRowCursor input, string?[] stages)
        : MappedCursor<string>(columns, active, input)
    {
        private long _position = -1;

        public override long Position => _position;

        public override long Batch => 0;

        public override bool MoveNext()
        {
            while (Input.MoveNext())
            {
                if (stages[Input.Position] is null)
                    continue;
                _position++;
                return true;
            }
            _position = -1;
            return false;
        }

        protected override string Current() => Input.Position >= 0 && stages[Input.Position] is string stage
            ? stage
            : throw new InvalidOperationException(NoRow);
    }
}
