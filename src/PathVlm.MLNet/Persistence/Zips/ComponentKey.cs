using Microsoft.ML;

namespace PathVlm.MLNet.Persistence.Zips;

/// <summary>Reads, from a component's <c>Model.key</c>, which assemblies ML.NET would load for it.</summary>
internal static class ComponentKey
{
    private const string CustomMappingSignature = "CustomTransformer";
    private const uint CustomMappingNamesAssembly = 0x00010002;

    /// <summary>The assemblies: the component's own, and the one that a <c>CustomMapping</c> names for its user's code.</summary>
    /// <param name="key">The entry's bytes.</param>
    /// <param name="fault">Makes the exception for a damaged entry.</param>
    public static IReadOnlyList<string> AssembliesOf(byte[] key, Func<string, Exception> fault)
    {
        try
        {
            using MemoryStream stream = new(key, writable: false);
            using BinaryReader reader = new(stream);
            ModelHeader.BeginRead(out long start, out ModelHeader header, out string[] strings, out string assembly, reader);
            List<string> assemblies = string.IsNullOrEmpty(assembly) ? [] : [assembly];
            if (ModelHeader.GetLoaderSig(ref header) == CustomMappingSignature && header.ModelVerWritten >= CustomMappingNamesAssembly)
            {
                stream.Position = start + header.FpModel + sizeof(int); // after the contract's name
                assemblies.Add(strings[reader.ReadInt32()]);
            }

            return assemblies;
        }
        catch (Exception failure) when (failure is FormatException or IOException or IndexOutOfRangeException or ArgumentException
            or OverflowException or InvalidOperationException or OutOfMemoryException or NullReferenceException)
        {
            throw fault($"is no component of ML.NET ({failure.Message})");
        }
    }
}
