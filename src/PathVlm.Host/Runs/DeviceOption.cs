using System.CommandLine;

namespace PathVlm.Host.Runs;

/// <summary>The option that names a device, in place of the settings of each section.</summary>
internal sealed class DeviceOption
{
    private readonly Option<string?> _device = new("--device")
    {
        Description = "Where the model is computed: cpu, cuda or cuda:N; goes before the sections' setting Device.",
    };

    /// <summary>The option.</summary>
    internal Option Option => _device;

    /// <summary>The device that is named, or null.</summary>
    internal string? Of(ParseResult parsed) => parsed.GetValue(_device);
}
