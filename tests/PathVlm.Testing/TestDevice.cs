using TorchSharp;
using static TorchSharp.torch;

namespace PathVlm.Testing;

/// <summary>
/// The device of the numerical tests: environment variable PATHVLM_TEST_DEVICE (<c>cpu</c> or <c>cuda</c>), the CPU where it is not set.
/// Tests of models, generation and training take their device from here and from nowhere else.
/// </summary>
public static class TestDevice
{
    public const string Variable = "PATHVLM_TEST_DEVICE";

    public static Device Device { get; } = Find();

    public static bool IsCpu => Device.type == DeviceType.CPU;

    private static Device Find() => Environment.GetEnvironmentVariable(Variable) switch
    {
        null or "" or "cpu" => CPU,
        "cuda" when cuda.is_available() => CUDA,
        "cuda" => throw new InvalidOperationException($"{Variable} is cuda, but libtorch found no CUDA device."),
        string other => throw new InvalidOperationException($"{Variable}: expected cpu or cuda, got [{other}]."),
    };
}
