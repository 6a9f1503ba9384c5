using System.Runtime.CompilerServices;

// The compiler sees copies of these two assemblies with everything public (build/PublicizedMLNet.targets); the runtime sees the real
// ones and lets this assembly through because of these attributes.
[assembly: IgnoresAccessChecksTo("Microsoft.ML.Core")]
[assembly: IgnoresAccessChecksTo("Microsoft.ML.Data")]

namespace System.Runtime.CompilerServices;

/// <summary>
/// Tells the runtime not to check this assembly's access to the named one. The runtime knows it by name; no library declares it.
/// </summary>
/// <param name="assemblyName">Simple name of the assembly whose internals are used.</param>
[AttributeUsage(AttributeTargets.Assembly, AllowMultiple = true)]
internal sealed class IgnoresAccessChecksToAttribute(string assemblyName) : Attribute
{
    /// <summary>Simple name of the assembly whose internals are used.</summary>
    public string AssemblyName { get; } = assemblyName;
}
