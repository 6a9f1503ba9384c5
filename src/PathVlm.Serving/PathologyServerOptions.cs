using System.Net;
using PathVlm.Modeling.Options;

namespace PathVlm.Serving;

/// <summary>Where a server listens, what it demands and what it bounds.</summary>
public sealed class PathologyServerOptions : IOptionSet
{
    /// <summary>The environment variable that holds the key.</summary>
    public const string KeyVariable = "PATHVLM_SERVE_KEY";

    /// <summary>The IP address to listen on. An address that is not loopback takes a key.</summary>
    /// <value>127.0.0.1.</value>
    [RequiredOption("an IP address")]
    public string Address { get; set; } = "127.0.0.1";

    /// <summary>The port; 0 lets the system choose one.</summary>
    /// <value>8765.</value>
    [OptionBounds(AtLeast = 0, AtMost = 65535)]
    public int Port { get; set; } = 8765;

    /// <summary>The model's name, as requests name it.</summary>
    /// <value>pathvlm.</value>
    [RequiredOption("the name of a model")]
    public string ModelName { get; set; } = "pathvlm";

    /// <summary>Largest body of a request, in bytes.</summary>
    /// <value>8,388,608.</value>
    [OptionBounds(AtLeast = 1024, AtMost = 1 << 30)]
    public int MaxBodyBytes { get; set; } = 8 << 20;

    /// <summary>Largest sum of the bodies that are being read at one time, in bytes; past it requests are refused with 429.</summary>
    /// <value>67,108,864.</value>
    [OptionBounds(AtLeast = 1024)]
    public long MaxBodiesBytes { get; set; } = 64 << 20;

    /// <summary>Time in which a body must have arrived.</summary>
    /// <value>30 s.</value>
    [OptionBounds(Above = 0)]
    public TimeSpan BodyTime { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>Most connections at one time; further ones are closed.</summary>
    /// <value>512.</value>
    [OptionBounds(AtLeast = 1)]
    public int MaxConnections { get; set; } = 512;

    /// <summary>Time that running requests have to end when the server stops.</summary>
    /// <value>30 s.</value>
    [OptionBounds(AtLeast = 0)]
    public TimeSpan StopTime { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>A copy.</summary>
    public PathologyServerOptions Copy() => (PathologyServerOptions)MemberwiseClone();

    /// <summary>Checks every option.</summary>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of range; the message names all that are.</exception>
    public void Validate() => OptionRules.Validate(this);

    void IOptionSet.AddFaults(OptionFaults faults)
    {
        faults.Require(
            string.IsNullOrWhiteSpace(Address) || IPAddress.TryParse(Address, out _), nameof(Address), Address, "an IP address");
        faults.Require(MaxBodiesBytes >= MaxBodyBytes, nameof(MaxBodiesBytes), MaxBodiesBytes, "MaxBodyBytes or more");
    }
}
