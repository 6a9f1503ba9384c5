using System.Runtime.CompilerServices;
using PathVlm.Modeling.Native;

namespace PathVlm.MLNet;

/// <summary>Has libtorch loaded before anything of this library calls TorchSharp.</summary>
internal static class NativeInitializer
{
#pragma warning disable CA2255 // see LibTorch.Initialize
    [ModuleInitializer]
    internal static void Initialize() => LibTorch.Initialize();
#pragma warning restore CA2255
}
