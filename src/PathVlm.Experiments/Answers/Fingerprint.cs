using System.Security.Cryptography;
using System.Text;
using PathVlm.MLNet.Data.Rows;
using PathVlm.Modeling.Files;

namespace PathVlm.Experiments.Answers;

/// <summary>SHA-256 over what decides a result: equal fingerprints, equal results.</summary>
internal static class Fingerprint
{
    /// <summary>Of texts, whose bounds count.</summary>
    internal static string Of(params IEnumerable<string> parts)
    {
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (string part in parts) Append(hash, part);
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    /// <summary>Of a model's file, or the files of its folder: names and contents.</summary>
    internal static string OfModel(string path)
    {
        string[] files = File.Exists(path) ? [path] : [.. Directory.EnumerateFiles(path).Order(StringComparer.Ordinal)];
        return Of(files.SelectMany(file => new[] { File.Exists(path) ? "" : Path.GetFileName(file), InputFile.Sha256(file) }));
    }

    /// <summary>Of rows: their texts, stages and pictures.</summary>
    internal static string OfRows(IEnumerable<PathologyQuestion> rows)
    {
        Dictionary<string, string> pictures = new(StringComparer.Ordinal);
        return Of(rows.SelectMany(row => (string[])
        [
            row.Id, row.Question, .. row.Options, row.Answer, row.Explanation, row.Subset, row.Stage ?? "", PictureOf(row.ImagePath),
        ]));

        string PictureOf(string path)
        {
            if (pictures.TryGetValue(path, out string? known)) return known;
            return pictures[path] = File.Exists(path) ? InputFile.Sha256(path) : path;
        }
    }

    private static void Append(IncrementalHash hash, string part)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(part);
        hash.AppendData(BitConverter.GetBytes(bytes.Length));
        hash.AppendData(bytes);
    }
}
