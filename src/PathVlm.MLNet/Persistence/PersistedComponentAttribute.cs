namespace PathVlm.MLNet.Persistence;

/// <summary>
/// Marks a transformer that <see cref="ComponentLoader"/> may create from a zip. The class has a method
/// <c>static ITransformer Load(IHostEnvironment environment, ModelReader reader)</c>.
/// </summary>
/// <param name="name">Name written to the zip; never reused for another component.</param>
/// <param name="version">Version this build writes; it reads this one and all before it.</param>
[AttributeUsage(AttributeTargets.Class)]
internal sealed class PersistedComponentAttribute(string name, int version) : Attribute
{
    /// <summary>Name written to the zip.</summary>
    public string Name { get; } = name;

    /// <summary>Version this build writes.</summary>
    public int Version { get; } = version;
}
