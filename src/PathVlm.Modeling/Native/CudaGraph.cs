using System.Collections.Concurrent;
using System.Runtime.InteropServices;
using static TorchSharp.torch;

namespace PathVlm.Modeling.Native;

/// <summary>
/// Device work that was recorded once and is asked for again as a whole: libtorch's own CUDA graph, which TorchSharp does not wrap, by its
/// exported C++ names. What is recorded may neither wait for the device nor read from the host, and computes on the same memory each time.
/// </summary>
internal sealed unsafe class CudaGraph : IDisposable
{
    // Larger than the object, which the constructor of any known version fills in part.
    private const nuint ObjectSize = 8192;
    private const int ThreadLocalCapture = 1;
    private static readonly Lazy<Functions?> Found = new(Functions.Find);
    private static readonly ConcurrentDictionary<sbyte, Stream> Streams = new();
    private readonly Functions _functions;
    private readonly void* _graph;
    private bool _disposed;

    private CudaGraph(Functions functions)
    {
        _functions = functions;
        _graph = NativeMemory.AllocZeroed(ObjectSize);
        functions.Create(_graph, 0);
    }

    /// <summary>
    /// Environment variable: 0 turns recordings off, 1 on with any libtorch that has the functions; by default they are used with the
    /// version that they were run with.
    /// </summary>
    public const string Variable = "PATHVLM_CUDA_GRAPHS";

    private const string TriedVersion = "2.11.";

    /// <summary>
    /// Whether to record: libtorch has all that is needed, and is the version it was run with, or <see cref="Variable"/> says so. An error
    /// inside a recording would end the process, so this is decided before.
    /// </summary>
    public static bool IsWanted => Environment.GetEnvironmentVariable(Variable) switch
    {
        "0" => false,
        "1" => Found.Value is not null,
        _ => Found.Value is not null && LibTorch.Version?.StartsWith(TriedVersion, StringComparison.Ordinal) == true,
    };

    /// <summary>
    /// Does work on a stream of its own until everything it needs once is there, then records it. The graph runs on the stream that is
    /// current when it is asked for.
    /// </summary>
    /// <param name="device">The device.</param>
    /// <param name="work">The work; called several times, with the same effect each time.</param>
    /// <returns>The graph, and the work's result, which every <see cref="Replay"/> computes anew in the same memory.</returns>
    /// <exception cref="InvalidOperationException">There is no libtorch with CUDA graphs: ask <see cref="IsWanted"/> first.</exception>
    public static (CudaGraph Graph, Tensor Result) Record(Device device, Func<Tensor> work)
    {
        const int WarmUps = 2;
        Functions functions = Found.Value ?? throw new InvalidOperationException("CUDA graphs: libtorch's functions were not found.");
        sbyte index = (sbyte)Math.Max(0, device.index);
        // One stream for all recordings: products keep work space for every stream that they were asked for on.
        Stream before = functions.CurrentStream(index), own = Streams.GetOrAdd(index, number => functions.NewStream(0, number));
        cuda.synchronize(device);
        functions.SetStream(own);
        try
        {
            for (int i = 0; i < WarmUps; i++) work().Dispose();
            cuda.synchronize(device);
            CudaGraph graph = new(functions);
            functions.Begin(graph._graph, default, ThreadLocalCapture);
            Tensor result = work();
            functions.End(graph._graph);
            return (graph, result);
        }
        finally
        {
            functions.SetStream(before);
            cuda.synchronize(device);
        }
    }

    /// <summary>Asks the device for the recorded work.</summary>
    public void Replay() => _functions.Replay(_graph);

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_disposed) return;
        _disposed = true;
        _functions.Destroy(_graph);
        NativeMemory.Free(_graph);
    }

    /// <summary>A stream, or the number of a memory pool: two words, in registers by the calling convention of x86-64.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private readonly struct Stream
    {
        private readonly long _first, _second;
    }

    private sealed class Functions(nint[] found)
    {
        private static readonly string[] Names =
        [
            "_ZN2at4cuda9CUDAGraphC1Eb", "_ZN2at4cuda9CUDAGraphD1Ev",
            "_ZN2at4cuda9CUDAGraph13capture_beginESt4pairIyyE21cudaStreamCaptureMode", "_ZN2at4cuda9CUDAGraph11capture_endEv",
            "_ZN2at4cuda9CUDAGraph6replayEv", "_ZN3c104cuda20getCurrentCUDAStreamEa", "_ZN3c104cuda17getStreamFromPoolEba",
            "_ZN3c104cuda20setCurrentCUDAStreamENS0_10CUDAStreamE",
        ];

        public static Functions? Find()
        {
            nint library = LibTorch.Library;
            if (library == 0 || RuntimeInformation.ProcessArchitecture != Architecture.X64) return null;
            nint[] found = new nint[Names.Length];
            for (int i = 0; i < found.Length; i++)
                if (!NativeLibrary.TryGetExport(library, Names[i], out found[i])) return null;
            return new Functions(found);
        }

        public void Create(void* graph, byte keep) => ((delegate* unmanaged<void*, byte, void>)found[0])(graph, keep);

        public void Destroy(void* graph) => ((delegate* unmanaged<void*, void>)found[1])(graph);

        public void Begin(void* graph, Stream pool, int mode) =>
            ((delegate* unmanaged<void*, Stream, int, void>)found[2])(graph, pool, mode);

        public void End(void* graph) => ((delegate* unmanaged<void*, void>)found[3])(graph);

        public void Replay(void* graph) => ((delegate* unmanaged<void*, void>)found[4])(graph);

        public Stream CurrentStream(sbyte device) => ((delegate* unmanaged<sbyte, Stream>)found[5])(device);

        public Stream NewStream(byte urgent, sbyte device) => ((delegate* unmanaged<byte, sbyte, Stream>)found[6])(urgent, device);

        public void SetStream(Stream stream) => ((delegate* unmanaged<Stream, void>)found[7])(stream);
    }
}
