using System.Collections.Immutable;
using System.Text;
using PathVlm.Modeling.Files.Platform;

namespace PathVlm.Modeling.Files;

/// <summary>
/// Keeps a folder for one run at a time. The lock belongs to the open file, so that it goes with its process however that ends; the file
/// names the process. Code that runs inside the lock, in the same asynchronous flow, may take it again.
/// </summary>
public sealed class RunLock : IDisposable
{
    /// <summary>Name of the file in the folder.</summary>
    public const string FileName = ".pathvlm.lock";

    private const long LargestFile = 1 << 12;
    private static readonly AsyncLocal<ImmutableHashSet<string>?> Held = new();
    private readonly string _path;
    private readonly FileStream? _file;

    private RunLock(string path, FileStream? file) => (_path, _file) = (path, file);

    /// <summary>Takes the lock of a folder; one that a dead process left is taken over.</summary>
    /// <param name="folder">The folder; made where it does not exist.</param>
    /// <returns>The lock; disposing it lets the folder go.</returns>
    /// <exception cref="IOException">Another run holds it, whose process the message names, or the folder cannot be written to.</exception>
    public static RunLock Take(string folder)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        string path = Path.Combine(Directory.CreateDirectory(folder).FullName, FileName);
        if (Held.Value?.Contains(path) == true) return new RunLock(path, null);
        while (true)
        {
            if (File.Exists(path)) InputFile.Open(path, LargestFile).Dispose();
            FileStream file;
            try
            {
                file = new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            }
            catch (IOException fault) when (File.Exists(path) && OwnerOf(path) is { } owner)
            {
                throw new IOException($"[{folder}] is in use by process {owner}; expected a folder that no other run writes to.", fault);
            }

            byte[] own = Encoding.UTF8.GetBytes($"{ProcessIdentity.Current}@{Environment.MachineName}\n");
            file.SetLength(0);
            file.Write(own);
            file.Flush();
            // The run before may have deleted the file between opening and locking.
            if (File.Exists(path) && InputFile.ReadBytes(path, LargestFile).AsSpan().SequenceEqual(own))
            {
                Held.Value = (Held.Value ?? []).Add(path);
                return new RunLock(path, file);
            }

            file.Dispose();
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_file is null) return;
        Held.Value = Held.Value?.Remove(_path);
        File.Delete(_path);
        _file.Dispose();
    }

    private static string OwnerOf(string path)
    {
        string[] parts = InputFile.ReadText(path, LargestFile).Trim().Split('@');
        string id = parts[0].Split('-')[0];
        return id.Length == 0 ? "(unknown)" : parts.Length < 2 || parts[1] == Environment.MachineName ? id : $"{id} on {parts[1]}";
    }
}
