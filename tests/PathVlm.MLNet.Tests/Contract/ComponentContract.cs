using Microsoft.ML;
using PathVlm.MLNet.Persistence;

namespace PathVlm.MLNet.Tests.Contract;

/// <summary>What every estimator and transformer of this library keeps; each component's tests run the whole of it.</summary>
public abstract class ComponentContract : IDisposable
{
    private readonly Lazy<ContractCase> _lazyCase;
    private readonly Lazy<ITransformer> _lazyFitted;

    protected ComponentContract()
    {
        _lazyCase = new(() => (ContractCase)MakeCase());
        _lazyFitted = new(() => Case.Estimator.Fit(Case.Rows));
    }

    private ContractCase Case => _lazyCase.Value;

    private ITransformer Fitted => _lazyFitted.Value;

    /// <summary>A <see cref="ContractCase"/>.</summary>
    protected abstract object MakeCase();

    public void Dispose()
    {
        if (_lazyCase.IsValueCreated) Directory.Delete(Case.Folder, recursive: true);
        GC.SuppressFinalize(this);
    }

    [Fact]
    public void PromisedSchemaIsTheDeliveredOne()
    {
        SchemaShape promised = Case.Estimator.GetOutputSchema(SchemaShapes.Of(Case.Rows.Schema));
        SchemaShape delivered = SchemaShapes.Of(Fitted.Transform(Case.Rows).Schema);
        Assert.Equal(Describe(delivered), Describe(promised));
        Assert.All(Case.Added, name => Assert.Contains(promised, column => column.Name == name));
    }

    [Fact]
    public void TransformersSchemaIsTheDeliveredOne() =>
        Assert.Equal(Describe(Fitted.Transform(Case.Rows).Schema), Describe(Fitted.GetOutputSchema(Case.Rows.Schema)));

    [Fact]
    public void RowMapperGivesWhatTransformGives() =>
        Assert.Equal(RowDump.Of(Fitted.Transform(Case.Rows), Case.Added), RowDump.RowByRow(Fitted, Case.Rows, Case.Added));

    [Fact]
    public void ColumnsAskedForOneByOneEqualThoseAskedForTogether()
    {
        IDataView output = Fitted.Transform(Case.Rows);
        string[] together = RowDump.Of(output, Case.Added);
        string[][] alone = [.. Case.Added.Select(name => RowDump.Of(output, name))];
        Assert.Equal(together, together.Select((_, row) => string.Join(" | ", alone.Select(column => column[row]))));
    }

    [Fact]
    public void ColumnsNobodyAsksForReadNoInput()
    {
        var counting = new CountingDataView(Case.Rows);
        RowDump.Of(Fitted.Transform(counting), Case.Untouched);
        Assert.Equal([Case.Untouched], counting.Active);
    }

    [Fact]
    public void ParallelCursorsGiveTheSameRows()
    {
        IDataView output = Fitted.Transform(Case.Rows);
        string[] expected = RowDump.Of(output, Case.Added);
        string[][] found = new string[2][];
        Parallel.For(0, 2, index => found[index] = RowDump.Of(output, Case.Added));
        Assert.All(found, lines => Assert.Equal(expected, lines));
    }

    [Fact]
    public void ReloadedItGivesTheSameSchemaAndValues()
    {
        ITransformer loaded = SaveAndLoad(Fitted);
        Assert.Equal(Describe(Fitted.GetOutputSchema(Case.Rows.Schema)), Describe(loaded.GetOutputSchema(Case.Rows.Schema)));
        Assert.Equal(RowDump.Of(Fitted.Transform(Case.Rows), Case.Added), RowDump.Of(loaded.Transform(Case.Rows), Case.Added));
        Assert.Equal(RowDump.Of(Fitted.Transform(Case.Rows), Case.Added), RowDump.RowByRow(loaded, Case.Rows, Case.Added));
    }

    [Fact]
    public void ReloadedInAChainItGivesTheSameValues()
    {
        Microsoft.ML.Data.EstimatorChain<Microsoft.ML.Transforms.ColumnCopyingTransformer> chain =
            Case.ML.Transforms.CopyColumns("CopyBefore", Case.Untouched).Append(Case.Estimator)
            .Append(Case.ML.Transforms.CopyColumns("CopyAfter", Case.Added[0]));
        Microsoft.ML.Data.TransformerChain<Microsoft.ML.Transforms.ColumnCopyingTransformer> fitted = chain.Fit(Case.Rows);
        string[] columns = ["CopyBefore", .. Case.Added, "CopyAfter"];
        string[] expected = RowDump.Of(fitted.Transform(Case.Rows), columns);
        ITransformer loaded = SaveAndLoad(fitted);
        Assert.Equal(expected, RowDump.Of(loaded.Transform(Case.Rows), columns));
        Assert.Equal(expected, RowDump.RowByRow(loaded, Case.Rows, columns));
    }

    [Fact]
    public void ReloadedInAFreshProcessItGivesTheSameValues()
    {
        string zip = Path.Combine(Case.Folder, "fresh.zip");
        Case.ML.Model.Save(Fitted, Case.Rows.Schema, zip);
        string[] found = FreshProcess.Transform(zip, Case.SaveRows(Case.Folder), Case.Added);
        Assert.Equal(RowDump.Of(Fitted.Transform(Case.Rows), Case.Added), found);
    }

    [Fact]
    public void RefusedInputSaysWhy()
    {
        Assert.NotEmpty(Case.Refused);
        foreach ((IDataView rows, string message) in Case.Refused)
        {
            Assert.Contains(message, Assert.Throws<ArgumentOutOfRangeException>(
                () => Case.Estimator.GetOutputSchema(SchemaShapes.Of(rows.Schema))).Message, StringComparison.Ordinal);
            Assert.Contains(message, Assert.Throws<ArgumentOutOfRangeException>(() => Case.Estimator.Fit(rows)).Message,
                StringComparison.Ordinal);
            Assert.Contains(message, Assert.Throws<ArgumentOutOfRangeException>(() => Fitted.Transform(rows)).Message,
                StringComparison.Ordinal);
            Assert.Contains(message, Assert.Throws<ArgumentOutOfRangeException>(() => Fitted.GetOutputSchema(rows.Schema)).Message,
                StringComparison.Ordinal);
        }
    }

    private ITransformer SaveAndLoad(ITransformer transformer)
    {
        string zip = Path.Combine(Case.Folder, Path.GetRandomFileName() + ".zip");
        Case.ML.Model.Save(transformer, Case.Rows.Schema, zip);
        return new MLContext().Model.Load(zip, out _);
    }

    private static string[] Describe(SchemaShape shape) =>
        [.. shape.Select(column =>
            $"{column.Name}: {column.Kind} {column.ItemType} key={column.IsKey} "
            + $"annotations=[{string.Join(", ", Describe(column.Annotations))}]").Order(StringComparer.Ordinal)];

    private static string[] Describe(DataViewSchema schema) =>
        [.. schema.Where(column => !column.IsHidden)
            .Select(column => $"{column.Name}: {column.Type} "
            + $"annotations=[{string.Join(", ", column.Annotations.Schema.Select(item => item.Name))}]")];
}
