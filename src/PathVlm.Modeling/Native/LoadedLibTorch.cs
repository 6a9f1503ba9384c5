namespace PathVlm.Modeling.Native;

/// <summary>The libtorch of this process.</summary>
/// <param name="Folder">Folder of its libraries; null where loading was left to TorchSharp.</param>
/// <param name="Handle">Handle of libtorch.so, or 0.</param>
internal sealed record LoadedLibTorch(string? Folder, nint Handle)
{
    private readonly Lazy<string?> _version =
        new(() => Handle == 0 ? null : LibTorchLoader.VersionIn(LibTorchLoader.Configuration(Handle)));

    /// <summary>Nothing was loaded: no Linux x64, or TorchSharp's library lies somewhere unknown.</summary>
    public static LoadedLibTorch LeftToTorchSharp { get; } = new(null, 0);

    /// <summary>Why it cannot be used, one line; null where it can.</summary>
    public string? Fault { get; init; }

    /// <summary>Why its CUDA half could not be loaded; null where it was, or where there is none.</summary>
    public string? CudaFault { get; init; }

    /// <summary>Whether <see cref="LibTorch.Variable"/> chose it.</summary>
    public bool IsChosen { get; init; }

    /// <summary>Its version as it tells it; null where it does not.</summary>
    public string? Version => _version.Value;

    /// <summary>A libtorch that cannot be used.</summary>
    public static LoadedLibTorch Faulty(string fault) => new(null, 0) { Fault = fault };
}
