using PathVlm.MLNet.Inference.Batching;
using PathVlm.Modeling.Options;

namespace PathVlm.MLNet.Inference.Clients;

/// <summary>How a model appears as a chat client.</summary>
public sealed class PathologyChatOptions : IOptionSet
{
    /// <summary>The model's name in responses; a request that names another one is refused.</summary>
    /// <value>pathvlm.</value>
    [RequiredOption("the name of a model")]
    public string ModelName { get; set; } = "pathvlm";

    /// <summary>Bounds of the batch, where the client makes one of its own.</summary>
    /// <value>The defaults.</value>
    public PathologyBatchOptions Batch { get; set; } = new();

    /// <summary>Checks every option.</summary>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of range; the message names all that are.</exception>
    public void Validate() => OptionRules.Validate(this);
}
