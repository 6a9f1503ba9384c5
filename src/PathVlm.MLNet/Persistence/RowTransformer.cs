using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;

namespace PathVlm.MLNet.Persistence;

/// <summary>
/// Base of every transformer of this library: adds columns to rows, one row in, one row out. What a subclass gives is free of
/// ML.NET's internals: <see cref="Bind"/> and <see cref="Write"/>.
/// </summary>
public abstract class RowTransformer : RowToRowTransformerBase
{
    private readonly string _name;

    private protected RowTransformer(IHostEnvironment environment, string name)
        : base(Required(environment).Register(name))
    {
        _name = name;
    }

    /// <summary>The environment that messages of this transformer go to.</summary>
    private protected IHostEnvironment Environment => Host;

    /// <summary>Checks the schema and binds to it.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A column is missing or of another type.</exception>
    private protected abstract IRowFunction Bind(DataViewSchema schema);

    /// <summary>Writes the transformer's entries.</summary>
    private protected abstract void Write(ModelWriter writer);

    /// <inheritdoc/>
    protected sealed override void SaveModel(ModelSaveContext ctx)
    {
        ArgumentNullException.ThrowIfNull(ctx);
        ComponentLoader.Save(ctx, GetType(), Write);
    }

    /// <inheritdoc/>
    protected sealed override IRowMapper MakeRowMapper(DataViewSchema schema) => new Mapper(this, Bind(schema));

    /// <summary>The transformer's name in messages.</summary>
    public override string ToString() => _name;

    private static IHostEnvironment Required(IHostEnvironment environment)
    {
        ArgumentNullException.ThrowIfNull(environment);
        return environment;
    }

    private sealed class Mapper(RowTransformer parent, IRowFunction function) : IRowMapper
    {
        public DataViewSchema.DetachedColumn[] GetOutputColumns() => [.. function.Outputs];

        public Func<int, bool> GetDependencies(Func<int, bool> activeOutput)
        {
            HashSet<int> needed = [.. Enumerable.Range(0, function.Outputs.Count).Where(activeOutput).SelectMany(function.InputsOf).Select(column => column.Index)];
            return needed.Contains;
        }

        public Delegate[] CreateGetters(DataViewRow input, Func<int, bool> activeOutput, out Action? disposer)
        {
            disposer = null;
            return function.Getters(input, activeOutput)!;
        }

        public ITransformer GetTransformer() => parent;

        void ICanSaveModel.Save(ModelSaveContext ctx) => parent.SaveModel(ctx);
    }
}
