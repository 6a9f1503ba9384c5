using System.IO.Compression;
using System.Text;

namespace PathVlm.MLNet.Tests.Persistence;

/// <summary>Damages saved models on purpose.</summary>
internal static class ZipEditing
{
    /// <summary>Changes every entry of that name.</summary>
    public static void Edit(string zip, string entry, Func<string, string> change) =>
        EditBytes(zip, entry, bytes => Encoding.Latin1.GetBytes(change(Encoding.Latin1.GetString(bytes))));

    /// <summary>Changes every entry of that name, or takes it out where <paramref name="change"/> gives null.</summary>
    public static void EditBytes(string zip, string entry, Func<byte[], byte[]?> change)
    {
        using ZipArchive archive = ZipFile.Open(zip, ZipArchiveMode.Update);
        foreach (ZipArchiveEntry item in archive.Entries.Where(item => item.Name == entry).ToArray())
        {
            using var content = new MemoryStream();
            using (Stream stream = item.Open()) stream.CopyTo(content);
            string name = item.FullName;
            item.Delete();
            if (change(content.ToArray()) is not byte[] changed) continue;
            using Stream target = archive.CreateEntry(name).Open();
            target.Write(changed);
        }
    }

    /// <summary>The messages of an exception and its causes.</summary>
    public static string Messages(Exception failure) =>
        failure.InnerException is null ? failure.Message : $"{failure.Message} <- {Messages(failure.InnerException)}";
}
