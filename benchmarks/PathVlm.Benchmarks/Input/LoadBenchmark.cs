using System.Globalization;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;
using PathVlm.Benchmarks.Measuring;
using PathVlm.Benchmarks.Shapes;
using PathVlm.Modeling;
using PathVlm.Modeling.Checkpoints;
using PathVlm.Modeling.Configuration;

namespace PathVlm.Benchmarks.Input;

/// <summary>
/// Loading a float32 checkpoint from a warm file cache, against reading the file once, and the anonymous memory it takes.
/// </summary>
internal static class LoadBenchmark
{
    private const int ReadBytes = 4 << 20;

    /// <summary>Measures.</summary>
    public static void Run(BenchmarkContext context)
    {
        BenchShape shape = context.Pick(BenchShape.Tiny, BenchShape.Quick, BenchShape.Full);
        ModelConfiguration configuration = shape.Model with
        {
            Text = shape.Model.Text with { LayerCount = context.Pick(2, 40, 22), TieWordEmbeddings = false },
        };
        string folder = Path.Combine(Path.GetTempPath(), $"pathvlm-load-{Guid.NewGuid():N}");
        try
        {
            using (Qwen25VlModel written = Qwen25VlModel.CreateRandom(configuration, seed: 3))
                CheckpointWriter.Save(folder, configuration, written.CheckpointTensors, null);
            string[] files = Directory.GetFiles(folder, "*.safetensors");
            long bytes = files.Sum(file => new FileInfo(file).Length);
            byte[] buffer = new byte[ReadBytes];
            Sample read = Sample.Of(context.Machine, context.Repeats(5, 3), () => ReadAll(files, buffer));
            Sample readWhole = Sample.Of(context.Machine, context.Repeats(5, 3), () => ReadIntoNewMemory(files));
            Sample load = Sample.Of(context.Machine, context.Repeats(5, 3), () => Qwen25VlModel.Load(folder).Dispose());
            long most = AnonymousBytesOfLoading(folder);
            context.Table.Add(new ResultRow("load", $"{bytes / 1e6:F0} MB float32", load)
            {
                Figure = string.Create(CultureInfo.InvariantCulture,
                    $"{load.Median / read.Median:F2} x reading through one buffer ({bytes / read.Median / 1e9:F1} GB/s), "
                        + $"{load.Median / readWhole.Median:F2} x reading into new memory; anonymous {(double)most / bytes:F2} x the "
                        + $"model"),
                Goal = context.Pick("", "", "1.3 x; 1.1 x"),
                NecessaryBytes = bytes,
                PeakBytes = ProcessMemory.PeakBytes,
                RatioToUsual = read.Median / load.Median,
            });
        }
        finally
        {
            if (Directory.Exists(folder)) Directory.Delete(folder, recursive: true);
        }
    }

    // Apart from the timed loads: looking at the memory every few milliseconds takes one of the cores.
    private static long AnonymousBytesOfLoading(string folder)
    {
        long before = ProcessMemory.AnonymousBytes;
        using AnonymousPeak peak = new();
        using Qwen25VlModel model = Qwen25VlModel.Load(folder);
        return peak.Stop() - before;
    }

    private static unsafe void ReadIntoNewMemory(string[] files)
    {
        foreach (string file in files)
        {
            using SafeFileHandle handle = File.OpenHandle(file);
            long length = RandomAccess.GetLength(handle);
            byte* memory = (byte*)NativeMemory.Alloc((nuint)length);
            for (long done = 0; done < length;)
                done += RandomAccess.Read(handle, new Span<byte>(memory + done, (int)Math.Min(ReadBytes, length - done)), done);
            NativeMemory.Free(memory);
        }
    }

    private static void ReadAll(string[] files, byte[] buffer)
    {
        foreach (string file in files)
        {
            using FileStream stream = new(file, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0);
            while (stream.Read(buffer) > 0)
            {
            }
        }
    }
}
