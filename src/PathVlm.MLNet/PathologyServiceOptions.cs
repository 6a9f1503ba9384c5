using PathVlm.MLNet.Inference.Clients;
using PathVlm.MLNet.Inference.Policies;

namespace PathVlm.MLNet;

/// <summary>A model among the services of a program.</summary>
public sealed class PathologyServiceOptions
{
    /// <summary>How the model reads pictures and writes answers.</summary>
    /// <value>The defaults, or those of the zip.</value>
    public PathologyModelOptions Model { get; set; } = new();

    /// <summary>The model's name, and the bounds of its batch.</summary>
    /// <value>The defaults.</value>
    public PathologyChatOptions Chat { get; set; } = new();
}
