using System.Runtime.CompilerServices;
using PathVlm.Modeling.Native;

namespace PathVlm.Testing;

/// <summary>Tests call TorchSharp themselves, before anything of the libraries.</summary>
internal static class LoadLibTorch
{
    [ModuleInitializer]
    internal static void Initialize() => LibTorch.EnsureLoaded();
}
