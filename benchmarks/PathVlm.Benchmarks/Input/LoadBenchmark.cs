using System.Globalization;
using PathVlm.Benchmarks.Measuring;
using PathVlm.Benchmarks.Shapes;
using PathVlm.Modeling;
using PathVlm.Modeling.Checkpoints;
using PathVlm.Modeling.Configuration;

namespace PathVlm.Benchmarks.Input;

/// <summary>Loading a float32 checkpoint from a warm file cache, against reading the file once, and the anonymous memory it takes.</summary>
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
            long most = 0;
            Sample load = Sample.Of(context.Machine, context.Repeats(5, 3), () =>
            {
                long before = ProcessMemory.AnonymousBytes;
                using AnonymousPeak peak = new();
                using Qwen25VlModel model = Qwen25VlModel.Load(folder);
                most = Math.Max(most, peak.Stop() - before);
            });
            context.Table.Add(new ResultRow("load", $"{bytes / 1e6:F0} MB float32", load)
            {
                Figure = string.Create(CultureInfo.InvariantCulture,
                    $"{load.Median / read.Median:F2} x reading ({bytes / read.Median / 1e9:F1} GB/s); anonymous {(double)most / bytes:F2} x the model"),
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
