using System.Runtime.InteropServices;
using PathVlm.Benchmarks.Measuring;
using TorchSharp;
using static TorchSharp.torch;

namespace PathVlm.Benchmarks.Real;

/// <summary>
/// Memory in use and rates of the device that is measured: on the CPU this process's resident memory, on a GPU what NVIDIA's management
/// library says of the whole card, read by a thread every few milliseconds.
/// </summary>
internal sealed class DeviceMeter : IDisposable
{
    private const int Milliseconds = 5;
    private const int SmallestSide = 256, LargestSide = 8192;
    private readonly Device _device;
    private readonly nint _card;
    private readonly Thread? _watcher;
    private long _peak;
    private volatile bool _stopped;

    /// <summary>Starts watching.</summary>
    public DeviceMeter(Device device)
    {
        _device = device;
        if (device.type != DeviceType.CUDA || !Nvml.TryOpen(Math.Max(0, device.index), out _card)) return;
        _watcher = new Thread(Watch) { IsBackground = true, Name = "memory" };
        _watcher.Start();
    }

    /// <summary>Largest memory in use since <see cref="Restart"/>, bytes; on a GPU with the runtime's own.</summary>
    public long PeakBytes => _device.type == DeviceType.CPU
        ? ProcessMemory.PeakBytes
        : Math.Max(Interlocked.Read(ref _peak), Nvml.Used(_card));

    /// <summary>Lets the peak start from the present use.</summary>
    public void Restart()
    {
        if (_device.type == DeviceType.CPU) ProcessMemory.ResetPeak();
        else Interlocked.Exchange(ref _peak, Nvml.Used(_card));
    }

    /// <summary>Waits until the device has done what it was given.</summary>
    public void Synchronize()
    {
        if (_device.type == DeviceType.CUDA) cuda.synchronize(_device);
    }

    /// <summary>
    /// Multiply-add operations, counted as two, a second of a matrix product in a type: as large a one as takes no longer than a second.
    /// </summary>
    public double ProductRate(ScalarType type)
    {
        using IDisposable none = no_grad();
        double rate = 0;
        for (int side = SmallestSide; side <= LargestSide; side *= 2)
        {
            using DisposeScope scope = NewDisposeScope();
            Tensor left = randn(side, side, type, _device), right = randn(side, side, type, _device);
            Tensor result = empty(side, side, type, _device);
            double operations = 2.0 * side * side * side;
            if (rate > 0 && operations / rate > 0.2) break;
            rate = Best(3, () =>
            {
                result.addmm_(left, right, 0, 1);
                return operations;
            });
        }

        return rate;
    }

    /// <summary>Bytes a second that reading memory takes at best.</summary>
    public double ReadBandwidth()
    {
        if (_device.type == DeviceType.CPU) return MemoryReader.Measure(get_num_threads());
        using IDisposable none = no_grad();
        using DisposeScope scope = NewDisposeScope();
        Tensor large = ones(1L << 28, ScalarType.Float32, _device);
        return Best(5, () =>
        {
            using Tensor sum = large.sum();
            return 4.0 * large.numel();
        });
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _stopped = true;
        _watcher?.Join();
    }

    private double Best(int tries, Func<double> work)
    {
        work();
        double best = 0;
        for (int i = 0; i < tries; i++)
        {
            Synchronize();
            double start = Clock.Now, amount = work();
            Synchronize();
            best = Math.Max(best, amount / (Clock.Now - start));
        }

        return best;
    }

    // Without garbage: see ProcessMemory.
    private void Watch()
    {
        while (!_stopped)
        {
            long used = Nvml.Used(_card);
            if (used > Interlocked.Read(ref _peak)) Interlocked.Exchange(ref _peak, used);
            Thread.Sleep(Milliseconds);
        }
    }

    private static class Nvml
    {
        private const string Library = "libnvidia-ml.so.1";

        public static bool TryOpen(int index, out nint card)
        {
            card = 0;
            try
            {
                return Init() == 0 && HandleByIndex((uint)index, out card) == 0;
            }
            catch (DllNotFoundException)
            {
                return false;
            }
        }

        public static long Used(nint card) => card != 0 && MemoryInfo(card, out Memory memory) == 0 ? (long)memory.Used : 0;

        [DllImport(Library, EntryPoint = "nvmlInit_v2")]
        private static extern int Init();

        [DllImport(Library, EntryPoint = "nvmlDeviceGetHandleByIndex_v2")]
        private static extern int HandleByIndex(uint index, out nint device);

        [DllImport(Library, EntryPoint = "nvmlDeviceGetMemoryInfo")]
        private static extern int MemoryInfo(nint device, out Memory memory);

        [StructLayout(LayoutKind.Sequential)]
        private readonly struct Memory
        {
            public readonly ulong Total;
            public readonly ulong Free;
            public readonly ulong Used;
        }
    }
}
