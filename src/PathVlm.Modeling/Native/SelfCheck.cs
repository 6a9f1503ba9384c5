using System.Globalization;
using PathVlm.Modeling.Layers;
using PathVlm.Modeling.Layers.Kernels;
using PathVlm.Modeling.Numerics;
using TorchSharp;
using static TorchSharp.torch;

namespace PathVlm.Modeling.Native;

/// <summary>
/// A few operations of each kind that models are made of, on fixed inputs, against stored results. A libtorch whose memory layouts differ
/// from those TorchSharp was compiled for gives wrong numbers rather than link errors; so does a device whose kernels are broken.
/// </summary>
/// <remarks>
/// Inputs: sin(0.37 i + k). A result v counts as the sum of v_i cos(0.7 i + 0.3) over its values in order. Stored values come
/// from plain float64 arithmetic (build/self-check-values.py).
/// </remarks>
internal static class SelfCheck
{
    private const double Single = 2e-4, Half = 2e-2;

    private static readonly Operation[] Operations =
    [
        new("matrix product", 13.04473046, Single, d => Input(d, 0, 24, 40).mm(Input(d, 1, 40, 16))),
        new("linear", -11.40364344, Single, d => nn.functional.linear(Input(d, 2, 8, 32), Input(d, 3, 12, 32), Input(d, 4, 12))),
        new("product added in place", 0.2536404854, Single, d => Input(d, 5, 6, 9).addmm_(Input(d, 6, 6, 7), Input(d, 7, 7, 9), 1, -1)),
        new("bfloat16 product", 13.04473046, Half,
            d => Input(d, 0, 24, 40).to(ScalarType.BFloat16).mm(Input(d, 1, 40, 16).to(ScalarType.BFloat16))),
        new("softmax", 0.0286291557, Single, d => Input(d, 8, 5, 33).softmax(1)),
        new("log-sum-exp", -4.307247393, Single, d => Input(d, 9, 7, 19).logsumexp(1)),
        new("silu", 2.508742791, Single, d => nn.functional.silu(Input(d, 10, 64))),
        new("gelu", 2.206290691, Single, d => nn.functional.gelu(Input(d, 11, 64))),
        new("rms norm", -8.129556609, Single, d => RmsNorm.Of(Input(d, 12, 6, 24), Input(d, 13, 24), 1e-6)),
        new("rows taken and added", -0.1776624205, Single,
            d => zeros([9, 4], device: d).index_add_(0, Ids(d, 7, 9), Input(d, 14, 7, 4).index_select(0, Ids(d, 7, 7)), Scalars.One)),
        new("values picked", 1.176570432, Single, d => Input(d, 15, 7, 9).gather(1, Ids(d, 7, 9).unsqueeze(1))),
        new("cumulative sum and search", 15.83630497, Single, d => searchsorted(
            Input(d, 16, 3, 20).softmax(1).cumsum(1, ScalarType.Float64), full([3, 1], Scalars.Of(0.6), ScalarType.Float64, d),
            right: true)),
        new("largest values", 1.323301095, Single, d => Input(d, 17, 4, 30).topk(5, 1).values),
        new("attention", 0.1054245182, Single,
            d => ScaledAttention.Of(Input(d, 18, 1, 2, 12, 16), Input(d, 19, 1, 2, 20, 16), Input(d, 20, 1, 2, 20, 16))),
        new("causal attention", 0.03551148472, Single,
            d => ScaledAttention.Of(Input(d, 18, 1, 2, 12, 16), Input(d, 19, 1, 2, 12, 16), Input(d, 20, 1, 2, 12, 16), causal: true)),
        new("attention's sums", -4.492853299, Single,
            d => FlashAttention.Forward(Input(d, 21, 1, 2, 12, 16), Input(d, 22, 1, 2, 20, 16), Input(d, 23, 1, 2, 20, 16)).LogSumExp),
        new("gradient", -0.3130198929, Single, Gradient),
    ];

    /// <summary>Runs all operations on a device.</summary>
    /// <param name="device">The device.</param>
    /// <returns>What differs, one sentence an operation; none where all is right.</returns>
    public static IReadOnlyList<string> Run(Device device)
    {
        ArgumentNullException.ThrowIfNull(device);
        return [.. Operations.Select(operation => Fault(operation, device)).OfType<string>()];
    }

    /// <summary>Names and sums of all operations on a device, for tests.</summary>
    internal static IReadOnlyList<(string Name, double Stored, double Found)> Sums(Device device) =>
        [.. Operations.Select(operation => (operation.Name, operation.Stored, Sum(operation, device).Value))];

    private static string? Fault(Operation operation, Device device)
    {
        try
        {
            (double found, double scale) = Sum(operation, device);
            return Math.Abs(found - operation.Stored) <= operation.Tolerance * scale ? null
                : string.Create(CultureInfo.InvariantCulture, $"{operation.Name}: expected {operation.Stored:G8}, got {found:G8}");
        }
        catch (Exception error)
            when (error is System.Runtime.InteropServices.ExternalException or InvalidOperationException or EntryPointNotFoundException)
        {
            return $"{operation.Name}: {error.Message.Split('\n')[0]}";
        }
    }

    /// <summary>The weighted sum of an operation's values, and of their absolute values.</summary>
    private static (double Value, double Scale) Sum(Operation operation, Device device)
    {
        using DisposeScope scope = NewDisposeScope();
        double[] values = operation.Of(device).to(ScalarType.Float64).cpu().contiguous().data<double>().ToArray();
        double value = 0, scale = 0;
        for (int index = 0; index < values.Length; index++)
        {
            double part = values[index] * Math.Cos((0.7 * index) + 0.3);
            value += part;
            scale += Math.Abs(part);
        }

        return (value, scale);
    }

    private static Tensor Gradient(Device device)
    {
        using IDisposable gradients = enable_grad(); // a caller may have turned them off
        Tensor input = Input(device, 24, 5, 8).requires_grad_();
        Linear.Of(input, Input(device, 25, 6, 8).requires_grad_()).tanh().sum().backward();
        return input.grad!;
    }

    private static Tensor Input(Device device, int number, params long[] shape)
    {
        float[] values = new float[shape.Aggregate(1L, (product, side) => product * side)];
        for (int index = 0; index < values.Length; index++) values[index] = (float)Math.Sin((0.37 * index) + number);
        return tensor(values, shape, device: device);
    }

    private static Tensor Ids(Device device, int count, int below) =>
        tensor(Enumerable.Range(0, count).Select(index => (long)(index * 5 % below)).ToArray(), device: device);

    private sealed record Operation(string Name, double Stored, double Tolerance, Func<Device, Tensor> Of);
}
