using System.Globalization;
using PathVlm.Modeling.Files;
using PathVlm.Modeling.Options;

namespace PathVlm.Modeling.Hub;

/// <summary>
/// Downloads a model or a data set from a Hugging Face-compatible hub into the cache that its own library uses
/// (<see cref="HubCache"/>). Every file is checked against the size and the hash that the hub states; a download that was cut goes on where
/// it ended.
/// </summary>
public sealed class HubDownload : IDisposable
{
    private const long LargestDescription = 64 << 20;
    private readonly HubRepository _repository;
    private readonly HubDownloadOptions _options;
    private readonly HubClient _client;
    private readonly HubListing _listing;
    private readonly IReadOnlyList<HubFile> _wanted;
    private readonly TimeProvider _clock;
    private readonly string _place;

    private HubDownload(
        HubRepository repository, HubDownloadOptions options, HubClient client, HubListing listing, IReadOnlyList<HubFile> wanted,
        TimeProvider clock)
    {
        (_repository, _options, _client, _listing, _wanted, _clock) = (repository, options, client, listing, wanted, clock);
        _place = Path.Combine(Path.GetFullPath(options.CacheFolder), repository.FolderName);
    }

    /// <summary>Owner and name.</summary>
    public string Name => _repository.Name;

    /// <summary>The commit that the revision stands for.</summary>
    public string Commit => _listing.Commit;

    /// <summary>The licence as the hub states it; null where it states none.</summary>
    public string? License => _listing.License;

    /// <summary>The files that are downloaded, by their paths in <see cref="Folder"/>.</summary>
    public IReadOnlyList<string> Files => [.. _wanted.Select(file => file.Path)];

    /// <summary>Files of the revision that are not.</summary>
    public IReadOnlyList<string> LeftOut => [.. _listing.Files.Except(_wanted).Select(file => file.Path)];

    /// <summary>Bytes of the files.</summary>
    public long Bytes => Distinct().Sum(file => file.Bytes);

    /// <summary>The folder in which the files are once they are downloaded.</summary>
    public string Folder => Path.Combine(_place, "snapshots", Commit);

    /// <summary>Asks the hub what there is; no file is downloaded yet.</summary>
    /// <param name="name">Owner and name, such as <c>Qwen/Qwen2.5-VL-3B-Instruct</c>.</param>
    /// <param name="options">What is wanted; copied. Null for the defaults.</param>
    /// <param name="cancellation">Gives the request up.</param>
    /// <returns>The download, not begun; the caller disposes it.</returns>
    /// <exception cref="ArgumentException">The name is no repository's, or an option is out of range.</exception>
    /// <exception cref="InvalidOperationException">HF_HUB_OFFLINE is set.</exception>
    /// <exception cref="UnauthorizedAccessException">The hub asks for another token, or for terms to be accepted.</exception>
    /// <exception cref="InvalidDataException">There is no such repository, revision or file, or the answer is no description.</exception>
    /// <exception cref="IOException">The hub cannot be reached.</exception>
    public static Task<HubDownload> PrepareAsync(
        string name, HubDownloadOptions? options = null, CancellationToken cancellation = default) =>
        PrepareAsync(name, options, HubDownloadOptions.Token, TimeProvider.System, cancellation);

    /// <inheritdoc cref="PrepareAsync(string, HubDownloadOptions?, CancellationToken)"/>
    internal static async Task<HubDownload> PrepareAsync(
        string name, HubDownloadOptions? options, string? token, TimeProvider clock, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(name);
        HubDownloadOptions chosen = OptionRules.Validated((options ?? new HubDownloadOptions()).Copy());
        HubRepository repository = HubRepository.Of(name, chosen.IsDataSet);
        if (Environment.GetEnvironmentVariable("HF_HUB_OFFLINE")?.ToUpperInvariant() is "1" or "TRUE" or "YES" or "ON")
            throw new InvalidOperationException("HF_HUB_OFFLINE: expected it not to be set for a download, got it set");
        HubClient client = new(new Uri(chosen.Endpoint), token);
        try
        {
            HubListing listing = await DescribeAsync(client, repository, chosen, clock, cancellation).ConfigureAwait(false);
            IReadOnlyList<HubFile> wanted = listing.Wanted(chosen);
            return wanted.Count > 0
                ? new HubDownload(repository, chosen, client, listing, wanted, clock)
                : throw new InvalidDataException(
                    $"{client.Name}: {name}: expected files that match [{string.Join(' ', chosen.Files ?? ["*"])}], got none of "
                        + string.Create(CultureInfo.InvariantCulture, $"{listing.Files.Count}"));
        }
        catch
        {
            client.Dispose();
            throw;
        }
    }

    /// <summary>Downloads what is not in the cache, and checks everything.</summary>
    /// <param name="progress">Told how far it is, by one thread at a time; null for nobody.</param>
    /// <param name="cancellation">Ends the download; what has come is kept, and the next one goes on from there.</param>
    /// <returns>Bytes that came over the network.</returns>
    /// <exception cref="IOException">
    /// The hub cannot be reached, the disk has no room, or another program is downloading one of the files.
    /// </exception>
    /// <exception cref="InvalidDataException">Size or hash of a file are not those that the hub states.</exception>
    /// <exception cref="UnauthorizedAccessException">The hub does not give a file, or the cache cannot be written to.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public async Task<long> RunAsync(IProgress<HubProgress>? progress = null, CancellationToken cancellation = default)
    {
        string blobs = Directory.CreateDirectory(Path.Combine(_place, "blobs")).FullName;
        string locks = Path.Combine(_options.CacheFolder, ".locks", _repository.FolderName);
        RequireRoom(blobs);
        HubTransfer transfer = new(_client, WhereOf(_client, _repository), PageOf(_options, _repository), _options, _clock);
        long done = 0, came = 0, total = Bytes;
        Lock gate = new();
        ParallelOptions parallel = new() { MaxDegreeOfParallelism = _options.ParallelFiles, CancellationToken = cancellation };
        await Parallel.ForEachAsync(Distinct(), parallel, async (file, stop) =>
        {
            long bytes = await transfer.FetchAsync(
                file, _repository.AddressOf(Commit, file.Path), Path.Combine(blobs, file.Hash),
                Path.Combine(locks, $"{file.Hash}.lock"), Tell, stop).ConfigureAwait(false);
            Interlocked.Add(ref came, bytes);
        }).ConfigureAwait(false);
        foreach (HubFile file in _wanted) Link(file, Path.Combine(blobs, file.Hash));
        if (_options.Revision != Commit)
            AtomicFile.Write(
                Path.Combine([_place, "refs", .. _options.Revision.Split('/')]), unfinished => File.WriteAllText(unfinished, Commit));
        return came;

        void Tell(long bytes)
        {
            lock (gate) progress?.Report(new HubProgress(done += bytes, total));
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _client.Dispose();

    private static async Task<HubListing> DescribeAsync(
        HubClient client, HubRepository repository, HubDownloadOptions options, TimeProvider clock, CancellationToken cancellation)
    {
        string where = $"{WhereOf(client, repository)}@{options.Revision}";
        using CancellationTokenSource late = new(options.StallTime, clock);
        using CancellationTokenSource either = CancellationTokenSource.CreateLinkedTokenSource(late.Token, cancellation);
        try
        {
            using HubResponse response =
                await client.GetAsync(repository.DescriptionOf(options.Revision), 0, either.Token).ConfigureAwait(false);
            if (!response.Message.IsSuccessStatusCode) throw response.Fault(where, PageOf(options, repository), client.HasToken);
            await response.Message.Content.LoadIntoBufferAsync(LargestDescription, either.Token).ConfigureAwait(false);
            byte[] json = await response.Message.Content.ReadAsByteArrayAsync(either.Token).ConfigureAwait(false);
            using System.Text.Json.JsonDocument document = StrictJson.ParseObject(json, where);
            return HubListing.Read(document.RootElement, where);
        }
        catch (HttpRequestException fault)
        {
            throw new IOException($"{where}: the hub cannot be reached: {fault.Message}", fault);
        }
        catch (OperationCanceledException fault) when (late.IsCancellationRequested && !cancellation.IsCancellationRequested)
        {
            throw new IOException($"{where}: the hub cannot be reached: it does not answer", fault);
        }
    }

    // Files with the same content are one blob.
    private IEnumerable<HubFile> Distinct() => _wanted.DistinctBy(file => file.Hash);

    private void RequireRoom(string blobs)
    {
        long missing = Distinct().Sum(file => file.Bytes - HubTransfer.BytesAt(Path.Combine(blobs, file.Hash), file));
        long free = new DriveInfo(blobs).AvailableFreeSpace;
        if (missing > free)
            throw new IOException(string.Create(
                CultureInfo.InvariantCulture,
                $"{_options.CacheFolder}: expected {missing:N0} bytes free for {Name}, got {free:N0}; HF_HUB_CACHE names another folder"));
    }

    // A link to the blob, relative, so that the cache can be moved as a whole.
    private void Link(HubFile file, string blob)
    {
        string path = Path.Combine([Folder, .. file.Path.Split('/')]);
        string folder = Directory.CreateDirectory(Path.GetDirectoryName(path)!).FullName;
        string target = Path.GetRelativePath(folder, blob);
        if (new FileInfo(path).LinkTarget == target) return;
        File.Delete(path);
        File.CreateSymbolicLink(path, target);
    }

    private static string WhereOf(HubClient client, HubRepository repository) => $"{client.Name}: {repository.Name}";

    private static string PageOf(HubDownloadOptions options, HubRepository repository) =>
        $"{options.Endpoint.TrimEnd('/')}/{(repository.IsDataSet ? "datasets/" : "")}{repository.Name}";
}
