using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;

namespace PathVlm.MLNet.Persistence;

/// <summary>
/// Base of every transformer of this library: adds columns to rows, one row in, one row out. What a subclass gives is free of
/// ML.NET's internals: <see cref="Bind"/> and <see cref="Write"/>.
/// </summary>
public abstract class RowTransformer : ITransformer
{
    private readonly string _name;
    private readonly Core _core;

    private protected RowTransformer(IHostEnvironment environment, string name)
    {
        Environment = Required(environment).Register(name);
        _name = name;
        _core = new Core(this, (IHost)Environment);
    }

    /// <summary>The environment that messages of this transformer go to.</summary>
    private protected IHostEnvironment Environment { get; }

    /// <inheritdoc/>
    bool ITransformer.IsRowToRowMapper => true;

    /// <summary>Adds the columns to rows; a value is made when it is asked for.</summary>
    /// <param name="input">The rows.</param>
    /// <exception cref="ArgumentOutOfRangeException">A column is missing or of another type.</exception>
    public IDataView Transform(IDataView input)
    {
        ArgumentNullException.ThrowIfNull(input);
        return CreateView(input);
    }

    /// <inheritdoc/>
    public DataViewSchema GetOutputSchema(DataViewSchema inputSchema) => _core.GetOutputSchema(inputSchema);

    /// <summary>The transformer's name in messages.</summary>
    public override string ToString() => _name;

    /// <inheritdoc/>
    IRowToRowMapper ITransformer.GetRowToRowMapper(DataViewSchema inputSchema) => ((ITransformer)_core).GetRowToRowMapper(inputSchema);

    /// <inheritdoc/>
    void ICanSaveModel.Save(ModelSaveContext ctx)
    {
        ArgumentNullException.ThrowIfNull(ctx);
        ComponentLoader.Save(ctx, GetType(), Write);
    }

    /// <summary>Checks the schema and binds to it.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A column is missing or of another type.</exception>
    private protected abstract IRowFunction Bind(DataViewSchema schema);

    /// <summary>Writes the transformer's entries.</summary>
    private protected abstract void Write(ModelWriter writer);

    /// <summary>The view that <see cref="Transform"/> returns: by default ML.NET's own, which makes values row by row.</summary>
    private protected virtual IDataView CreateView(IDataView input) => _core.Transform(input);

    private static IHostEnvironment Required(IHostEnvironment environment)
    {
        ArgumentNullException.ThrowIfNull(environment);
        return environment;
    }

    /// <summary>ML.NET's own row-to-row transformer, whose <c>Transform</c> cannot be overridden.</summary>
    private sealed class Core(RowTransformer parent, IHost host) : RowToRowTransformerBase(host)
    {
        protected override void SaveModel(ModelSaveContext ctx) => ((ICanSaveModel)parent).Save(ctx);

        protected override IRowMapper MakeRowMapper(DataViewSchema schema) => new Mapper(parent, parent.Bind(schema));
    }

    private sealed class Mapper(RowTransformer parent, IRowFunction function) : IRowMapper
    {
        public DataViewSchema.DetachedColumn[] GetOutputColumns() => [.. function.Outputs];

        public Func<int, bool> GetDependencies(Func<int, bool> activeOutput)
        {
            HashSet<int> needed = [.. Enumerable.Range(0, function.Outputs.Count).Where(activeOutput).SelectMany(function.InputsOf).Select(
                column => column.Index)];
            return needed.Contains;
        }

        public Delegate[] CreateGetters(DataViewRow input, Func<int, bool> activeOutput, out Action? disposer)
        {
            disposer = null;
            return function.Getters(input, activeOutput)!;
        }

        public ITransformer GetTransformer() => parent;

        void ICanSaveModel.Save(ModelSaveContext ctx) => ((ICanSaveModel)parent).Save(ctx);
    }
}
