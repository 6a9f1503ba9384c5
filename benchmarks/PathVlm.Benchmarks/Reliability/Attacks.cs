using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;
using Microsoft.ML;
using PathVlm.MLNet;
using PathVlm.MLNet.Judging.Protocol;
using PathVlm.MLNet.Judging.Rubric;
using PathVlm.Modeling.Checkpoints;
using PathVlm.Modeling.Checkpoints.Safetensors;
using PathVlm.Modeling.Files;
using PathVlm.Modeling.Processing.Pictures;

namespace PathVlm.Benchmarks.Reliability;

/// <summary>The hostile inputs.</summary>
internal static class Attacks
{
    /// <summary>Makes the inputs and says how each must end.</summary>
    /// <param name="folder">Where files are made.</param>
    /// <param name="size">How large the large ones are: shards, entries, characters.</param>
    public static IEnumerable<Attack> All(string folder, int size)
    {
        string header = Written(folder, "header.safetensors", HeaderOf(99_900_000, []));
        yield return new(
            1, "header of 99.9 MB", "refused before it is read", "1 s", "expected a header of at most", () => Open(header));
        string type = Written(folder, "type.safetensors",
            Safetensors("""{"a":{"dtype":"?","shape":[0],"data_offsets":[0,0]}}""".Replace("?", new string('x', size))));
        yield return new(1, $"dtype of {size} characters", "refused in one line", "1 s", "expected at most 16 bytes", () => Open(type));
        string bits = Written(folder, "zero.safetensors", Safetensors("""{"a":{"dtype":"F32","shape":[-0],"data_offsets":[0,0]}}"""));
        yield return new(1, "-0 in a shape", "refused", "1 s", "got -0", () => Open(bits));
        if (OperatingSystem.IsLinux())
        {
            yield return new(
                2, "device in place of a file", "refused unopened", "1 s", "got a device", () => InputFile.ReadBytes("/dev/zero", 1 << 20));
        }

        string sharded = Directory.CreateDirectory(Path.Combine(folder, "sharded")).FullName;
        IEnumerable<string> shards = Enumerable.Range(0, size).Select(index => $"\"t{index}\":\"s{index}.safetensors\"");
        Written(
            sharded, "model.safetensors.index.json",
            Encoding.UTF8.GetBytes("{\"weight_map\":{" + string.Join(',', shards) + "}}"));
        yield return new(3, $"index of {size} shards", "faults told at once, in linear time", "2 s", "the folder lacks", () =>
        {
            CheckpointFaults faults = new();
            using CheckpointFiles files = CheckpointFiles.Open(sharded, faults);
            faults.ThrowIfAny(sharded);
        });
        string bomb = Path.Combine(folder, "bomb.zip");
        using (ZipArchive archive = ZipFile.Open(bomb, ZipArchiveMode.Create))
        {
            using Stream entry = archive.CreateEntry("Schema", CompressionLevel.Optimal).Open();
            byte[] zeros = new byte[1 << 20];
            for (int written = 0; written < Math.Max(20, size / 200); written++) entry.Write(zeros);
        }

        yield return new(
            30, "bomb in an entry of ML.NET's", "refused before it is unpacked", "1 s", "for each compressed one", () => Load(bomb));
        string many = Path.Combine(folder, "many.zip");
        using (ZipArchive archive = ZipFile.Open(many, ZipArchiveMode.Create))
            for (int index = 0; index < Math.Max(11_000, size); index++) archive.CreateEntry($"{index}");
        yield return new(30, "zip of too many entries", "refused from its end", "1 s", "expected at most 10000 entries", () => Load(many));
        byte[] wide = PngHeader(13_000, 13_000);
        yield return new(
            33, "picture of 13,000 x 13,000", "refused from its header", "1 s", "pixels", () => PictureFile.Decode(wide, "wide"));
        string sentence = "There are no concentric layers here, so keratin pearls are not what it shows. ";
        ProcessReviewRequest request = new()
        {
            Picture = new byte[] { 1 }, Question = "Which feature?", Options = ["A) Keratin pearls", "B) Signet-ring cells"],
            Reference = "B) Signet-ring cells", ChosenOption = "B",
            Reasoning = string.Concat(Enumerable.Repeat(sentence, size / sentence.Length)),
        };
        yield return new(28, $"rubric over {size} characters", "reviewed in linear time", "1 s", null, () => RubricJudge.Review(request));
    }

    private static void Open(string path) => SafetensorsFile.Open(path).Dispose();

    private static void Load(string zip) => new MLContext().Pathology().Load(zip, out _);

    private static string Written(string folder, string name, byte[] content)
    {
        string path = Path.Combine(folder, name);
        File.WriteAllBytes(path, content);
        return path;
    }

    private static byte[] Safetensors(string header) => HeaderOf(Encoding.UTF8.GetByteCount(header), Encoding.UTF8.GetBytes(header));

    private static byte[] HeaderOf(long length, byte[] content)
    {
        byte[] file = new byte[8 + (content.Length > 0 ? content.Length : length)];
        BinaryPrimitives.WriteInt64LittleEndian(file, length);
        content.CopyTo(file, 8);
        return file;
    }

    /// <summary>A PNG that ends after its header, whose checksum fits.</summary>
    private static byte[] PngHeader(int width, int height)
    {
        byte[] chunk = [.. "IHDR"u8, .. new byte[8], 8, 2, 0, 0, 0];
        BinaryPrimitives.WriteInt32BigEndian(chunk.AsSpan(4), width);
        BinaryPrimitives.WriteInt32BigEndian(chunk.AsSpan(8), height);
        byte[] sum = new byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(sum, System.IO.Hashing.Crc32.HashToUInt32(chunk));
        // The decoder tells a size once the pixels' chunk begins.
        return [0x89, .. "PNG\r\n"u8, 0x1A, 0x0A, 0, 0, 0, 13, .. chunk, .. sum, 0, 0, 0, 1, .. "IDAT"u8, 0];
    }
}
