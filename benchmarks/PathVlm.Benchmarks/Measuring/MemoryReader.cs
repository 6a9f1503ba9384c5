using System.Diagnostics;
using System.Globalization;
using System.Numerics;
using System.Runtime.InteropServices;

namespace PathVlm.Benchmarks.Measuring;

/// <summary>How fast threads read a buffer four times as large as the last cache: the bound on decoding at one row.</summary>
internal static unsafe class MemoryReader
{
    private const int Repeats = 5;

    /// <summary>Bytes a second, the best of five passes.</summary>
    public static double Measure(int threads)
    {
        nuint bytes = (nuint)Math.Clamp(4 * LastCacheBytes(), 32L << 20, 1L << 30) / (nuint)(threads * 4096) * (nuint)(threads * 4096);
        float* buffer = (float*)NativeMemory.AlignedAlloc(bytes, 4096);
        try
        {
            NativeMemory.Fill(buffer, bytes, 0);
            double best = 0;
            for (int pass = 0; pass < Repeats; pass++)
            {
                long start = Stopwatch.GetTimestamp();
                ReadAll(buffer, (long)bytes / sizeof(float), threads);
                best = Math.Max(best, bytes / Stopwatch.GetElapsedTime(start).TotalSeconds);
            }
            return best;
        }
        finally
        {
            NativeMemory.AlignedFree(buffer);
        }
    }

    /// <summary>Size of the largest cache of the first core, 32 MB where the system does not tell.</summary>
    private static long LastCacheBytes()
    {
        const string Folder = "/sys/devices/system/cpu/cpu0/cache";
        if (!Directory.Exists(Folder)) return 32L << 20;
        long[] sizes = [.. Directory.EnumerateDirectories(Folder, "index*").Select(index => Path.Combine(index, "size")).Where(File.Exists)
            .Select(file => long.Parse(File.ReadAllText(file).Trim().TrimEnd('K'), CultureInfo.InvariantCulture) * 1024)];
        return sizes.Length == 0 ? 32L << 20 : sizes.Max();
    }

    private static void ReadAll(float* buffer, long count, int threads)
    {
        long each = count / threads;
        Thread[] readers = [.. Enumerable.Range(1, threads - 1).Select(index => new Thread(() => Read(buffer + index * each, each)))];
        foreach (Thread reader in readers) reader.Start();
        Read(buffer, each);
        foreach (Thread reader in readers) reader.Join();
    }

    private static float Read(float* values, long count)
    {
        int width = Vector<float>.Count;
        Vector<float> first = default, second = default, third = default, fourth = default;
        for (long i = 0; i < count; i += 4 * width)
        {
            first += Vector.Load(values + i);
            second += Vector.Load(values + i + width);
            third += Vector.Load(values + i + 2 * width);
            fourth += Vector.Load(values + i + 3 * width);
        }
        return Vector.Sum(first + second + third + fourth);
    }
}
