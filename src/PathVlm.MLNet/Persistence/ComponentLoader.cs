using PathVlm.MLNet.Persistence;
using System.Reflection;
using Microsoft.ML;
using Microsoft.ML.Runtime;

[assembly: LoadableClass(
    typeof(ITransformer), typeof(ComponentLoader), null, typeof(SignatureLoadModel), "PathVlm component", ComponentLoader.Signature)]

namespace PathVlm.MLNet.Persistence;

/// <summary>
/// The one class that ML.NET's <c>Model.Load</c> finds: reads a component's header and hands over to that component's own
/// <c>Load</c>. Only classes of this assembly that carry <see cref="PersistedComponentAttribute"/> can be named by a zip.
/// </summary>
/// <remarks>
/// Layout of a component in the zip, in the folder ML.NET gives it: <c>Model.key</c> (ML.NET's header with <see cref="Signature"/>),
/// <c>Component.json</c> (<see cref="ComponentHeader"/>), and the component's own entries.
/// </remarks>
internal static class ComponentLoader
{
    internal const string Signature = "PathVlmComponent";
    internal const string HeaderEntry = "Component.json";
    private const uint LayoutVersion = 0x00010001;

    private static readonly Dictionary<string, (Type Type, int Version)> Components = typeof(ComponentLoader).Assembly.GetTypes()
        .Select(type => (Type: type, Mark: type.GetCustomAttribute<PersistedComponentAttribute>(inherit: false)))
        .Where(item => item.Mark is not null)
        .ToDictionary(item => item.Mark!.Name, item => (item.Type, item.Mark!.Version), StringComparer.Ordinal);

    private static VersionInfo Layout => new(
        modelSignature: "PATHVLM ",
        verWrittenCur: LayoutVersion,
        verReadableCur: LayoutVersion,
        verWeCanReadBack: LayoutVersion,
        loaderSignature: Signature,
        loaderAssemblyName: typeof(ComponentLoader).Assembly.FullName);

    /// <summary>Called by ML.NET for every component of ours in a zip.</summary>
    /// <exception cref="InvalidDataException">
    /// The zip names an unknown component or a newer version, or its entries are damaged.
    /// </exception>
    internal static ITransformer Create(IHostEnvironment environment, ModelLoadContext context)
    {
        context.CheckAtModel(Layout);
        var reader = new ModelReader(context);
        ComponentHeader header = reader.ReadJson<ComponentHeader>(HeaderEntry);
        if (header.Component is null || !Components.TryGetValue(header.Component, out (Type Type, int Version) component))
            throw new InvalidDataException(
                $"{reader.Name(HeaderEntry)}: Component: expected one of "
                + $"[{string.Join(", ", Components.Keys.Order(StringComparer.Ordinal))}], got [{header.Component}]; was the zip made by "
                + "a newer PathVlm.MLNet?");
        if (header.Version < 1 || header.Version > component.Version)
            throw new InvalidDataException(
                $"{reader.Name(HeaderEntry)}: Version of {header.Component}: expected 1 to {component.Version}, got [{header.Version}]; "
                + "was the zip made by a newer PathVlm.MLNet?");
        MethodInfo load = component.Type.GetMethod(
            "Load", BindingFlags.Static | BindingFlags.NonPublic | BindingFlags.Public, [typeof(IHostEnvironment), typeof(ModelReader)])
            ?? throw new InvalidOperationException($"{component.Type} has no Load({nameof(IHostEnvironment)}, {nameof(ModelReader)}).");
        return load.CreateDelegate<Func<IHostEnvironment, ModelReader, ITransformer>>()(environment, reader);
    }

    /// <summary>Writes the header of <paramref name="component"/>, then what <paramref name="save"/> writes.</summary>
    internal static void Save(ModelSaveContext context, Type component, Action<ModelWriter> save)
    {
        PersistedComponentAttribute mark = component.GetCustomAttribute<PersistedComponentAttribute>(inherit: false)
            ?? throw new InvalidOperationException($"{component} carries no {nameof(PersistedComponentAttribute)}.");
        context.CheckAtModel();
        context.SetVersionInfo(Layout);
        var writer = new ModelWriter(context);
        writer.WriteJson(HeaderEntry, new ComponentHeader(mark.Name, mark.Version));
        save(writer);
    }
}
