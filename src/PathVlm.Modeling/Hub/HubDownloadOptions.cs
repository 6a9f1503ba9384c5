using PathVlm.Modeling.Options;

namespace PathVlm.Modeling.Hub;

/// <summary>What is downloaded from a hub, and where from.</summary>
public sealed class HubDownloadOptions : IOptionSet
{
    internal const string DefaultRevision = "main";

    /// <summary>The environment variable with the token; it is sent to the hub's own address and to no other.</summary>
    public const string TokenVariable = "HF_TOKEN";

    /// <summary>
    /// The hub's address: https, or http on this machine. A mirror is named here, or by the environment variable HF_ENDPOINT.
    /// </summary>
    /// <value>HF_ENDPOINT where that is set; otherwise https://huggingface.co.</value>
    [RequiredOption("the hub's address")]
    public string Endpoint { get; set; } =
        Environment.GetEnvironmentVariable("HF_ENDPOINT") is { Length: > 0 } mirror ? mirror : "https://huggingface.co";

    /// <summary>The cache's folder.</summary>
    /// <value><see cref="HubCache.Folder"/>.</value>
    [RequiredOption("a folder")]
    public string CacheFolder { get; set; } = HubCache.Folder;

    /// <summary>Branch, tag or commit.</summary>
    /// <value>main.</value>
    [RequiredOption("a branch, a tag or a commit")]
    public string Revision { get; set; } = DefaultRevision;

    /// <summary>Whether the repository is a data set.</summary>
    /// <value>false: a model.</value>
    public bool IsDataSet { get; set; }

    /// <summary>Files that are wanted, by patterns with * and ? over the whole path; null for the default.</summary>
    /// <value>null: of a model configuration, texts and safetensors; of a data set all files.</value>
    public IReadOnlyList<string>? Files { get; set; }

    /// <summary>Files downloaded at one time.</summary>
    /// <value>4.</value>
    [OptionBounds(AtLeast = 1, AtMost = 32)]
    public int ParallelFiles { get; set; } = 4;

    /// <summary>How often a file is asked for again without a byte having come, before the download is given up.</summary>
    /// <value>5.</value>
    [OptionBounds(AtLeast = 0, AtMost = 100)]
    public int Retries { get; set; } = 5;

    /// <summary>Time without a byte after which a connection counts as cut.</summary>
    /// <value>60 s.</value>
    [OptionBounds(Above = 0)]
    public TimeSpan StallTime { get; set; } = TimeSpan.FromSeconds(60);

    internal static string? Token =>
        Environment.GetEnvironmentVariable(TokenVariable) is { } token && !string.IsNullOrWhiteSpace(token) ? token.Trim() : null;

    /// <summary>A copy.</summary>
    public HubDownloadOptions Copy() => (HubDownloadOptions)MemberwiseClone();

    /// <summary>Checks every option.</summary>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of range; the message names all that are.</exception>
    public void Validate() => OptionRules.Validate(this);

    void IOptionSet.AddFaults(OptionFaults faults)
    {
        faults.Require(
            string.IsNullOrWhiteSpace(Endpoint) || IsAddress(Endpoint), nameof(Endpoint), Endpoint,
            "an https address, or http on this machine");
        faults.Require(
            string.IsNullOrWhiteSpace(Revision) || !Revision.Any(letter => char.IsControl(letter) || letter is '\\' or '?' or '#')
                && Revision.Split('/').All(part => part is not ("" or "." or "..")), nameof(Revision), Revision,
            "a branch, a tag or a commit");
        faults.Require(
            Files is null || (Files.Count > 0 && Files.All(pattern => !string.IsNullOrWhiteSpace(pattern))), nameof(Files), Files,
            "one or more patterns, such as *.json");
    }

    private static bool IsAddress(string text) => Uri.TryCreate(text, UriKind.Absolute, out Uri? address)
        && (address.Scheme == Uri.UriSchemeHttps || (address.Scheme == Uri.UriSchemeHttp && address.IsLoopback))
        && address.UserInfo.Length == 0;
}
