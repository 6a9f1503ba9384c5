using System.Globalization;
using System.Net;
using PathVlm.Modeling.Files;

namespace PathVlm.Modeling.Hub;

/// <summary>
/// Brings one file into the cache. What has come of it stands in <c>HASH.incomplete</c>, as with the hub's own library, so that a download
/// that was cut, in this process or one before, goes on where it ended. The file takes its name once its size and hash are right.
/// </summary>
/// <param name="client">The hub.</param>
/// <param name="where">Names the hub and the repository in messages.</param>
/// <param name="page">Where a person reads the repository's terms.</param>
/// <param name="options">Retries and waiting.</param>
/// <param name="clock">Measures waiting.</param>
internal sealed class HubTransfer(HubClient client, string where, string page, HubDownloadOptions options, TimeProvider clock)
{
    private const string Incomplete = ".incomplete";

    /// <summary>Bytes of a file that are in the cache already, whole or not.</summary>
    public static long BytesAt(string blob, HubFile file)
    {
        if (File.Exists(blob)) return file.Bytes;
        return File.Exists(blob + Incomplete) ? Math.Min(file.Bytes, new FileInfo(blob + Incomplete).Length) : 0;
    }

    /// <summary>Has a file in the cache, downloaded where it is not there or not right.</summary>
    /// <param name="file">The file.</param>
    /// <param name="address">Its address below the hub's.</param>
    /// <param name="blob">Its place in the cache.</param>
    /// <param name="lockFile">The file that is locked while the file is downloaded, as the hub's own library does.</param>
    /// <param name="onBytes">Told how many bytes there are more, or fewer.</param>
    /// <param name="cancellation">Ends the download; what has come is kept.</param>
    /// <returns>Bytes that came over the network.</returns>
    /// <exception cref="IOException">The hub cannot be reached, the disk is full, or another program is downloading the file.</exception>
    /// <exception cref="InvalidDataException">Size or hash are not those that the hub states; nothing is kept.</exception>
    /// <exception cref="UnauthorizedAccessException">The hub does not give the file, or the cache cannot be written to.</exception>
    public async Task<long> FetchAsync(
        HubFile file, string address, string blob, string lockFile, Action<long> onBytes, CancellationToken cancellation)
    {
        if (File.Exists(blob))
        {
            if (IsRight(file, blob, cancellation)) return Told(file.Bytes, 0);
            File.Delete(blob);
        }

        using FileStream held = TakeLock(file, lockFile);
        using FileStream part = new(blob + Incomplete, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.Read);
        if (part.Length > file.Bytes) part.SetLength(0);
        bool isResumed = part.Length > 0;
        long came = 0;
        while (true)
        {
            (bool isEqual, long bytes) = await FillAsync(file, address, part, onBytes, cancellation).ConfigureAwait(false);
            came += bytes;
            if (isEqual) break;
            onBytes(-part.Length);
            part.SetLength(0);
            if (!isResumed)
            {
                File.Delete(part.Name);
                throw Wrong(file, "its hash is not the one that the hub states; nothing of it is kept");
            }

            isResumed = false; // what an earlier download left may be of another file: once more, from the beginning
        }

        part.Flush(flushToDisk: true);
        File.Move(part.Name, blob, overwrite: true);
        AtomicFile.FlushFolderOf(blob);
        return came;

        long Told(long there, long loaded)
        {
            onBytes(there);
            return loaded;
        }
    }

    private static bool IsRight(HubFile file, string blob, CancellationToken cancellation)
    {
        using FileStream stream = InputFile.OpenStream(blob);
        if (stream.Length != file.Bytes) return false;
        using ContentHash hash = new(file);
        hash.Append(stream, cancellation);
        return hash.Finish() == file.Hash;
    }

    private FileStream TakeLock(HubFile file, string path)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        try
        {
            return new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException fault) when (File.Exists(path))
        {
            throw new IOException($"{where}: {file.Path}: another program is downloading it ({path}); expected to be the only one", fault);
        }
    }

    // Asks for what is missing until all is there; a connection that is cut is asked again from where it was cut.
    private async Task<(bool IsEqual, long Came)> FillAsync(
        HubFile file, string address, FileStream part, Action<long> onBytes, CancellationToken cancellation)
    {
        using ContentHash hash = new(file);
        part.Position = 0;
        hash.Append(part, cancellation);
        onBytes(part.Length);
        long came = 0, furthest = part.Length;
        for (int fruitless = 0; part.Length < file.Bytes;)
        {
            (long bytes, Exception? cut, TimeSpan? wait) =
                await AskAsync(file, address, part, hash, onBytes, cancellation).ConfigureAwait(false);
            came += bytes;
            fruitless = part.Length > furthest ? 0 : fruitless + 1; // a hub without ranges begins anew each time
            furthest = Math.Max(furthest, part.Length);
            if (part.Length >= file.Bytes) continue;
            if (fruitless > options.Retries)
                throw GivenUp(file, part.Length, cut);
            await Task.Delay(wait ?? TimeSpan.FromSeconds(Math.Pow(2, Math.Min(fruitless, 5)) / 2), clock, cancellation)
                .ConfigureAwait(false);
        }

        return (hash.Finish() == file.Hash, came);
    }

    private IOException GivenUp(HubFile file, long bytes, Exception? cut) => new(
        string.Create(CultureInfo.InvariantCulture, $"{where}: {file.Path}: given up after {bytes:N0} of {file.Bytes:N0} bytes: ")
            + $"{cut?.Message ?? "the hub ended the file early"}; the same command goes on from there", cut);

    private async Task<(long Bytes, Exception? Cut, TimeSpan? Wait)> AskAsync(
        HubFile file, string address, FileStream part, ContentHash hash, Action<long> onBytes, CancellationToken cancellation)
    {
        using CancellationTokenSource stalled = new(options.StallTime, clock);
        using CancellationTokenSource either = CancellationTokenSource.CreateLinkedTokenSource(stalled.Token, cancellation);
        HubResponse response;
        try
        {
            response = await client.GetAsync(address, part.Length, either.Token).ConfigureAwait(false);
        }
        catch (Exception fault) when (IsCut(fault, stalled, cancellation))
        {
            return (0, InWords(fault), null);
        }

        using (response)
        {
            if (response.IsPassing) return (0, response.Fault(where, page, client.HasToken), response.Wait);
            if (!Accepts(response, file, part, hash, onBytes)) return (0, new IOException("the hub has no such range"), TimeSpan.Zero);
            return await ReadAsync(response, file, part, hash, onBytes, stalled, either.Token, cancellation).ConfigureAwait(false);
        }
    }

    // Whether the answer's body goes on where the part ends; a hub that knows no ranges begins anew.
    private bool Accepts(HubResponse response, HubFile file, FileStream part, ContentHash hash, Action<long> onBytes)
    {
        HttpResponseMessage message = response.Message;
        if (response.LinkedHash is { Length: 64 } linked && file.IsSha256 && linked != file.Hash)
            throw Wrong(file, $"the hub states the SHA-256 {linked} with the file and {file.Hash} in its list");
        if (message.StatusCode == HttpStatusCode.RequestedRangeNotSatisfiable && part.Length > 0)
        {
            Restart(part, hash, file, onBytes);
            return false;
        }

        if (!message.IsSuccessStatusCode) throw response.Fault($"{where}: {file.Path}", page, client.HasToken);
        if (message.StatusCode != HttpStatusCode.PartialContent && part.Length > 0) Restart(part, hash, file, onBytes);
        long begins = message.StatusCode == HttpStatusCode.PartialContent ? message.Content.Headers.ContentRange?.From ?? -1 : 0;
        long? ends = message.Content.Headers.ContentLength is { } length ? begins + length : null;
        if (begins != part.Length || (ends is { } end && end != file.Bytes))
            throw Wrong(file, string.Create(CultureInfo.InvariantCulture,
                $"expected the bytes {part.Length} to {file.Bytes}, got {begins} to {(ends is { } found ? found : "an unknown one")}"));
        return true;
    }

    private async Task<(long Bytes, Exception? Cut, TimeSpan? Wait)> ReadAsync(
        HubResponse response, HubFile file, FileStream part, ContentHash hash, Action<long> onBytes, CancellationTokenSource stalled,
        CancellationToken either, CancellationToken cancellation)
    {
        byte[] buffer = new byte[1 << 18];
        long came = 0;
        part.Position = part.Length;
        try
        {
            using Stream body = await response.Message.Content.ReadAsStreamAsync(either).ConfigureAwait(false);
            while (true)
            {
                stalled.CancelAfter(options.StallTime);
                int count = await body.ReadAsync(buffer, either).ConfigureAwait(false);
                if (count == 0) return (came, came == 0 ? new IOException("the connection ended") : null, null);
                if (part.Position + count > file.Bytes)
                    throw Wrong(file, FormattableString.Invariant($"more than {file.Bytes} bytes came"));
                Write(part, buffer.AsSpan(0, count));
                hash.Append(buffer.AsSpan(0, count));
                came += count;
                onBytes(count);
            }
        }
        catch (Exception fault) when (fault is not DiskException && IsCut(fault, stalled, cancellation))
        {
            return (came, InWords(fault), null);
        }
        catch (DiskException disk)
        {
            throw disk.InnerException!;
        }
    }

    private static void Restart(FileStream part, ContentHash hash, HubFile file, Action<long> onBytes)
    {
        onBytes(-part.Length);
        part.SetLength(0);
        hash.Restart(file);
    }

    private static void Write(FileStream part, ReadOnlySpan<byte> bytes)
    {
        try
        {
            PrivateFile.Write(part, bytes);
        }
        catch (IOException fault)
        {
            throw new DiskException(fault);
        }
    }

    private static bool IsCut(Exception fault, CancellationTokenSource stalled, CancellationToken cancellation) =>
        fault is HttpRequestException or IOException
        || (fault is OperationCanceledException && stalled.IsCancellationRequested && !cancellation.IsCancellationRequested);

    private Exception InWords(Exception fault) => fault is OperationCanceledException
        ? new IOException(FormattableString.Invariant($"nothing came for {options.StallTime.TotalSeconds} s"), fault)
        : fault;

    private InvalidDataException Wrong(HubFile file, string fault) => new($"{where}: {file.Path}: {fault}");

    // The disk's faults are no cuts of the connection, and are not tried again.
    private sealed class DiskException(IOException inner) : Exception(inner.Message, inner);
}
