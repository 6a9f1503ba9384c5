using System.Text;
using PathVlm.Modeling.Hub;
using PathVlm.Testing;

namespace PathVlm.Modeling.Tests.Hub;

/// <summary>Downloads from a hub on loopback.</summary>
public sealed class HubDownloadTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly LoopbackHub _hub = new();
    private readonly byte[] _weights = [.. Enumerable.Range(0, 700_000).Select(index => (byte)(index * 7 >> 3))];

    public HubDownloadTests()
    {
        _hub.Content["config.json"] = Encoding.UTF8.GetBytes("""{"model_type":"qwen2_5_vl"}""");
        _hub.Content["model.safetensors"] = _weights;
        _hub.Content["more/vocab file.txt"] = Encoding.UTF8.GetBytes(new string('v', 150));
        _hub.Content["empty.txt"] = [];
        _hub.Content["pickle.bin"] = new byte[200];
        Cache = _folder.PathOf("cache");
    }

    private string Cache { get; set; }

    private string Place => Path.Combine(Cache, "models--Owner--Name-1.5");

    public void Dispose()
    {
        _hub.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public async Task FilesLieInTheCacheAsTheHubsOwnLibraryLaysThem()
    {
        List<HubProgress> progress = [];
        using HubDownload download = await PrepareAsync();
        Assert.Equal("research (https://example.org/terms)", download.License);
        Assert.Equal(["pickle.bin"], download.LeftOut);
        long came = await download.RunAsync(new Listener(progress));
        Assert.Equal(_weights.Length + 150 + 27, came);
        Assert.Equal((came, came), (progress[^1].Done, progress[^1].Total));
        string snapshot = Path.Combine(Place, "snapshots", LoopbackHub.Commit);
        Assert.Equal(snapshot, download.Folder);
        Assert.Equal(_weights, File.ReadAllBytes(Path.Combine(snapshot, "model.safetensors")));
        Assert.Equal(_hub.Content["config.json"], File.ReadAllBytes(Path.Combine(snapshot, "config.json")));
        Assert.Empty(File.ReadAllBytes(Path.Combine(snapshot, "empty.txt")));
        Assert.Matches("^\\.\\./\\.\\./blobs/[0-9a-f]{64}$", new FileInfo(Path.Combine(snapshot, "model.safetensors")).LinkTarget!);
        Assert.StartsWith(
            "../../../blobs/", new FileInfo(Path.Combine(snapshot, "more", "vocab file.txt")).LinkTarget!, StringComparison.Ordinal);
        Assert.Equal(
            "../../blobs/e69de29bb2d1d6434b8b29ae775ad8c2e48c5391", // git's name of an empty file
            new FileInfo(Path.Combine(snapshot, "empty.txt")).LinkTarget);
        Assert.Equal(LoopbackHub.Commit, File.ReadAllText(Path.Combine(Place, "refs", "main")));
        Assert.Equal(4, Directory.GetFiles(Path.Combine(Place, "blobs")).Length);
        Assert.Equal(snapshot, HubCache.Find("Owner/Name-1.5", folder: Cache));
        Assert.Equal(snapshot, HubCache.Find($"Owner/Name-1.5@{LoopbackHub.Commit}", folder: Cache));
        Assert.Null(HubCache.Find("Owner/Name-1.5@other", folder: Cache));
        Assert.Null(HubCache.Find("Owner/Name-1.5@../../..", folder: Cache));
        Assert.Null(HubCache.Find("Owner/Other", folder: Cache));
    }

    [Fact]
    public async Task WhatIsThereIsCheckedAndNotDownloadedAgain()
    {
        await RunAsync();
        int asked = _hub.Requests.Count;
        Assert.Equal(0, await RunAsync());
        Assert.Equal(asked + 1, _hub.Requests.Count); // the description alone
        string blob = Directory.GetFiles(Path.Combine(Place, "blobs")).Single(file => new FileInfo(file).Length == _weights.Length);
        using (FileStream file = File.OpenWrite(blob)) file.WriteByte(255);
        Assert.Equal(_weights.Length, await RunAsync()); // a byte of it was turned over
        Assert.Equal(_weights, File.ReadAllBytes(blob));
    }

    [Fact]
    public async Task ADownloadThatIsCutGoesOnWhereItWasCut()
    {
        _hub.OnFile = asked => !asked.IsHub && asked.Path == "model.safetensors" ? new LoopbackHub.Reply { CutAfter = 300_000 } : new();
        Assert.Equal(_weights.Length, await RunAsync(files: ["model.safetensors"]));
        Assert.Equal([0L, 300_000, 600_000], _hub.Requests.Where(asked => !asked.IsHub).Select(asked => asked.From));
        Assert.Equal(_weights, File.ReadAllBytes(Path.Combine(Place, "snapshots", LoopbackHub.Commit, "model.safetensors")));
    }

    [Fact]
    public async Task AnotherRunGoesOnFromWhatTheOneBeforeLeft()
    {
        _hub.OnFile = asked => asked.IsHub ? new() : asked.From == 0 ? new() { CutAfter = 400_000 } : new() { Status = 503 };
        IOException given = await Assert.ThrowsAsync<IOException>(() => RunAsync(files: ["model.safetensors"], retries: 0));
        Assert.Contains("given up after 400,000 of 700,000 bytes", given.Message, StringComparison.Ordinal);
        Assert.Contains("the same command goes on from there", given.Message, StringComparison.Ordinal);
        Assert.False(Directory.Exists(Path.Combine(Place, "refs")));
        Assert.Null(HubCache.Find("Owner/Name-1.5", folder: Cache));
        _hub.OnFile = _ => new();
        Assert.Equal(300_000, await RunAsync(files: ["model.safetensors"]));
        Assert.Equal(_weights, File.ReadAllBytes(Path.Combine(Place, "snapshots", LoopbackHub.Commit, "model.safetensors")));
    }

    [Fact]
    public async Task AnOlderPartOfAnotherContentIsDroppedAndTheFileIsLoadedAnew()
    {
        _hub.OnFile = asked => asked.IsHub ? new() : new() { Status = 500 };
        await Assert.ThrowsAsync<IOException>(() => RunAsync(files: ["model.safetensors"], retries: 0));
        string part = Assert.Single(Directory.GetFiles(Path.Combine(Place, "blobs")));
        Assert.EndsWith(".incomplete", part, StringComparison.Ordinal);
        File.WriteAllBytes(part, new byte[1000]);
        _hub.OnFile = _ => new();
        Assert.Equal(_weights.Length - 1000 + _weights.Length, await RunAsync(files: ["model.safetensors"]));
        Assert.Equal(_weights, File.ReadAllBytes(Path.Combine(Place, "snapshots", LoopbackHub.Commit, "model.safetensors")));
    }

    [Fact]
    public async Task AHubThatKnowsNoRangesIsAskedFromTheBeginningAndGivenUpInTheEnd()
    {
        _hub.OnFile = asked => asked.IsHub ? new() : new() { IgnoresRange = true, CutAfter = 500_000 };
        await Assert.ThrowsAsync<IOException>(() => RunAsync(files: ["model.safetensors"], retries: 1));
        Assert.Equal(3, _hub.Requests.Count(asked => !asked.IsHub));
        _hub.OnFile = _ => new() { IgnoresRange = true };
        Assert.Equal(_weights.Length, await RunAsync(files: ["model.safetensors"]));
    }

    [Fact]
    public async Task AHubThatStallsCountsAsCut()
    {
        int asked = 0;
        _hub.OnFile = request => !request.IsHub && asked++ == 0 ? new() { CutAfter = 1000, Stalls = true } : new();
        Assert.Equal(_weights.Length, await RunAsync(files: ["model.safetensors"], stall: 0.5));
        Assert.Equal([0L, 1000], _hub.Requests.Where(request => !request.IsHub).Select(request => request.From));
    }

    [Fact]
    public async Task WrongBytesAreRefusedAndNothingOfThemIsKept()
    {
        byte[] other = [.. _weights];
        other[9] ^= 1;
        _hub.OnFile = asked => asked.IsHub ? new() : new() { Content = other };
        InvalidDataException wrong = await Assert.ThrowsAsync<InvalidDataException>(() => RunAsync(files: ["model.safetensors"]));
        Assert.Contains("model.safetensors: its hash is not the one that the hub states; nothing of it is kept", wrong.Message,
            StringComparison.Ordinal);
        Assert.Empty(Directory.GetFiles(Path.Combine(Place, "blobs")));
        Assert.Null(HubCache.Find("Owner/Name-1.5", folder: Cache));
    }

    [Theory]
    [InlineData(699_999, "expected the bytes 0 to 700000, got 0 to 699999")]
    [InlineData(700_001, "expected the bytes 0 to 700000, got 0 to 700001")]
    public async Task AnotherSizeIsRefusedBeforeABytesIsWritten(int size, string said)
    {
        _hub.OnFile = asked => asked.IsHub ? new() : new() { Content = new byte[size] };
        Assert.Contains(said, (await Assert.ThrowsAsync<InvalidDataException>(() => RunAsync(files: ["model.safetensors"]))).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task AHashThatChangedSinceTheListIsToldBeforeTheBytesCome()
    {
        _hub.OnFile = asked => asked.IsHub ? new() { LinkedHash = new string('a', 64) } : new();
        InvalidDataException wrong = await Assert.ThrowsAsync<InvalidDataException>(() => RunAsync(files: ["model.safetensors"]));
        Assert.Contains($"the hub states the SHA-256 {new string('a', 64)} with the file", wrong.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task TheTokenGoesToTheHubAndToNoOtherAddress()
    {
        _hub.Token = "secret";
        await RunAsync(token: "secret");
        Assert.All(_hub.Requests.Where(asked => asked.IsHub), asked => Assert.Equal("Bearer secret", asked.Authorization));
        Assert.Contains(_hub.Requests, asked => !asked.IsHub);
        Assert.All(_hub.Requests.Where(asked => !asked.IsHub), asked => Assert.Null(asked.Authorization));
    }

    [Theory]
    [InlineData(null, "the hub asks for a token (401)", "HF_TOKEN")]
    [InlineData("wrong", "the hub refuses the token in HF_TOKEN (401)", "")]
    public async Task WithoutTheRightTokenItSaysSo(string? token, string said, string also)
    {
        _hub.Token = "secret";
        string message = (await Assert.ThrowsAsync<UnauthorizedAccessException>(() => RunAsync(token: token))).Message;
        Assert.Contains(said, message, StringComparison.Ordinal);
        Assert.Contains(also, message, StringComparison.Ordinal);
        Assert.DoesNotContain("wrong", message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task WhatIsNotThereIsToldByItsName()
    {
        InvalidDataException missing = await Assert.ThrowsAsync<InvalidDataException>(
            () => HubDownload.PrepareAsync("Owner/Other", Options(), null, TimeProvider.System, default));
        Assert.Contains("Owner/Other@main: the hub does not have the repository or the revision (404)", missing.Message,
            StringComparison.Ordinal);
        InvalidDataException none = await Assert.ThrowsAsync<InvalidDataException>(() => RunAsync(files: ["*.gguf"]));
        Assert.Contains("expected files that match [*.gguf], got none of 5", none.Message, StringComparison.Ordinal);
        _hub.OnFile = asked => asked.IsHub ? new() : new() { Status = 403 };
        UnauthorizedAccessException refused = await Assert.ThrowsAsync<UnauthorizedAccessException>(() => RunAsync());
        Assert.Contains("access is not granted (403); accept the terms at", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task RedirectsAwayFromHttpsAndWithoutEndAreRefused()
    {
        _hub.OnFile = _ => new() { Location = "http://files.example/x" };
        Assert.Contains("expected a redirect to https, got [http://files.example]", (await Assert.ThrowsAsync<InvalidDataException>(
            () => RunAsync(files: ["model.safetensors"]))).Message, StringComparison.Ordinal);
        _hub.OnFile = _ => new() { Location = $"/Owner/Name-1.5/resolve/{LoopbackHub.Commit}/model.safetensors" };
        Assert.Contains("expected at most 8 redirects, got more", (await Assert.ThrowsAsync<InvalidDataException>(
            () => RunAsync(files: ["model.safetensors"]))).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("../../../etc/cron.d/x")]
    [InlineData("/etc/passwd")]
    [InlineData("a/./b.json")]
    [InlineData("a\\\\b.json")]
    [InlineData("c:x.json")]
    public async Task APathThatLeadsOutOfTheRepositoryIsRefused(string path)
    {
        _hub.OnDescription = json => json.Replace("config.json", path, StringComparison.Ordinal);
        InvalidDataException refused = await Assert.ThrowsAsync<InvalidDataException>(() => RunAsync());
        Assert.Contains("rfilename: expected a path inside the repository", refused.Message, StringComparison.Ordinal);
        Assert.False(Directory.Exists(Cache));
    }

    [Theory]
    [InlineData("[]", "expected a JSON object")]
    [InlineData("{}", "sha: expected a commit of 40 digits, got []")]
    [InlineData("""{"sha":"0123456789abcdef0123456789abcdef01234567"}""", "siblings: expected a list of files, got none")]
    [InlineData("""{"sha":"0123456789abcdef0123456789abcdef01234567","siblings":[{"rfilename":"a","size":1,"blobId":"x"}]}""",
        "a: expected a blob of 40 digits, got [x]")]
    [InlineData(
        """
        {"sha":"0123456789abcdef0123456789abcdef01234567",
         "siblings":[{"rfilename":"a","blobId":"0123456789abcdef0123456789abcdef01234567"}]}
        """,
        "a: size: expected a number of bytes, got none")]
    [InlineData("""{"sha":"../../../../../../../../../../../../../..","siblings":[]}""", "sha: expected a commit of 40 digits")]
    public async Task ADescriptionThatIsNoneIsRefused(string json, string said)
    {
        _hub.OnDescription = _ => json;
        Assert.Contains(said, (await Assert.ThrowsAsync<InvalidDataException>(() => RunAsync())).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ADataSetHasAllItsFilesInAFolderOfItsOwn()
    {
        _hub.Repository = ("Owner/Rows", true);
        _hub.Card = new { license = new[] { "mit", "cc-by-4.0" } };
        HubDownloadOptions options = Options();
        options.IsDataSet = true;
        using HubDownload download = await HubDownload.PrepareAsync("Owner/Rows", options, null, TimeProvider.System, default);
        Assert.Equal("mit, cc-by-4.0", download.License);
        await download.RunAsync();
        Assert.Equal(5, download.Files.Count);
        Assert.Equal(download.Folder, HubCache.Find("Owner/Rows", isDataSet: true, folder: Cache));
        Assert.Contains("datasets--Owner--Rows", download.Folder, StringComparison.Ordinal);
    }

    [Fact]
    public async Task CancellingKeepsWhatCame()
    {
        using CancellationTokenSource stop = new();
        _hub.OnFile = asked => asked.IsHub ? new() : new() { CutAfter = 262_144, Stalls = true };
        using HubDownload download = await PrepareAsync(files: ["model.safetensors"]);
        Task running = download.RunAsync(new Cancelling(stop), stop.Token);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);
        Assert.InRange(new FileInfo(Assert.Single(Directory.GetFiles(Path.Combine(Place, "blobs")))).Length, 1, 262_144);
    }

    [Fact]
    public async Task AFileThatAnotherProgramIsDownloadingIsToldSo()
    {
        Directory.CreateDirectory(Path.Combine(Cache, ".locks", "models--Owner--Name-1.5"));
        using HubDownload download = await PrepareAsync(files: ["config.json"]);
        string hash = "";
        await download.RunAsync();
        hash = Path.GetFileName(Directory.GetFiles(Path.Combine(Place, "blobs")).Single());
        File.Delete(Path.Combine(Place, "blobs", hash));
        using FileStream held = new(
            Path.Combine(Cache, ".locks", "models--Owner--Name-1.5", $"{hash}.lock"), FileMode.Open, FileAccess.ReadWrite, FileShare.None);
        Assert.Contains("another program is downloading it", (await Assert.ThrowsAsync<IOException>(() => download.RunAsync())).Message,
            StringComparison.Ordinal);
    }

    [RootFact]
    public async Task AFullDiskIsToldBeforeTheDownloadAndInTheMiddleOfIt()
    {
        using SmallDisk disk = new(586);
        Cache = disk.Path;
        Assert.Contains("bytes free for Owner/Name-1.5, got", (await Assert.ThrowsAsync<IOException>(() => RunAsync())).Message,
            StringComparison.Ordinal);
        _hub.Content["model.safetensors"] = _weights[..500_000];
        _hub.OnFile = asked =>
        {
            if (!asked.IsHub) File.WriteAllBytes(disk.PathOf("filler"), new byte[300_000]); // another program's
            return new LoopbackHub.Reply();
        };
        IOException full = await Assert.ThrowsAsync<IOException>(() => RunAsync(files: ["model.safetensors"]));
        Assert.Contains("the disk is full", full.Message, StringComparison.Ordinal);
        File.Delete(disk.PathOf("filler"));
        _hub.OnFile = _ => new();
        Assert.InRange(await RunAsync(files: ["model.safetensors"]), 100_000, 499_999); // it goes on
    }

    [Theory]
    [InlineData("Qwen2.5-VL")]
    [InlineData("a/b/c")]
    [InlineData("../b")]
    [InlineData("a/..")]
    [InlineData("a/b--c")]
    [InlineData("https://huggingface.co/a/b")]
    public async Task ANameThatIsNoRepositoryIsRefused(string name) => Assert.Contains(
        "expected the name of a repository", (await Assert.ThrowsAsync<ArgumentException>(
            () => HubDownload.PrepareAsync(name, Options(), null, TimeProvider.System, default))).Message, StringComparison.Ordinal);

    [Fact]
    public async Task OptionsOutOfRangeAreToldAllAtOnce()
    {
        HubDownloadOptions options = new()
        {
            Endpoint = "http://hub.example", Revision = "a/../b", Files = [], ParallelFiles = 0, Retries = -1, StallTime = TimeSpan.Zero,
        };
        string message = (await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => HubDownload.PrepareAsync("a/b", options))).Message;
        foreach (string said in new[]
        {
            "Endpoint: expected an https address, or http on this machine, got [http://hub.example]",
            "Revision: expected a branch, a tag or a commit, got [a/../b]", "Files: expected one or more patterns",
            "ParallelFiles: expected", "Retries: expected", "StallTime: expected",
        })
            Assert.Contains(said, message, StringComparison.Ordinal);
    }

    private HubDownloadOptions Options(IReadOnlyList<string>? files = null, int retries = 5, double stall = 20) => new()
    {
        Endpoint = _hub.Address, CacheFolder = Cache, Files = files, Retries = retries, StallTime = TimeSpan.FromSeconds(stall),
    };

    private Task<HubDownload> PrepareAsync(
        IReadOnlyList<string>? files = null, int retries = 5, double stall = 20, string? token = null) =>
        HubDownload.PrepareAsync("Owner/Name-1.5", Options(files, retries, stall), token, TimeProvider.System, default);

    private async Task<long> RunAsync(
        IReadOnlyList<string>? files = null, int retries = 5, double stall = 20, string? token = null)
    {
        using HubDownload download = await PrepareAsync(files, retries, stall, token);
        return await download.RunAsync();
    }

    private sealed class Listener(List<HubProgress> progress) : IProgress<HubProgress>
    {
        public void Report(HubProgress value) => progress.Add(value);
    }

    private sealed class Cancelling(CancellationTokenSource stop) : IProgress<HubProgress>
    {
        public void Report(HubProgress value)
        {
            if (value.Done > 0) stop.Cancel();
        }
    }
}
