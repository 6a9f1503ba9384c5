using Microsoft.Extensions.AI;
using PathVlm.MLNet.Inference.Batching;
using PathVlm.MLNet.Inference.Policies;

namespace PathVlm.MLNet.Inference.Clients;

/// <summary>Makes chat clients of models.</summary>
public static class PathologyChatClientExtensions
{
    /// <summary>A chat client over a policy, with a running batch of its own.</summary>
    /// <param name="policy">The policy; its weights stay while the client lives.</param>
    /// <param name="options">Name and bounds; null for the defaults.</param>
    /// <returns>
    /// A client that many callers may share; dispose it to end the batch. It takes texts and pictures (<see cref="DataContent"/> with an
    /// image type), the options temperature (0 is greedy), top-p, top-k, most output tokens, seed and stop texts, and refuses all others
    /// with <see cref="Chat.Faults.UnsupportedRequestException"/>.
    /// </returns>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of range; all that are, are named.</exception>
    public static IChatClient AsChatClient(this PathologyPolicy policy, PathologyChatOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(policy);
        PathologyChatOptions chosen = options ?? new PathologyChatOptions();
        chosen.Validate();
        return new PathologyChatClient(new PathologyAnswerer(policy, chosen.Batch), chosen.ModelName, ownsAnswerer: true);
    }

    /// <summary>A chat client over an answerer that others use as well.</summary>
    /// <param name="answerer">The answerer; it stays the caller's.</param>
    /// <param name="modelName">The model's name in responses.</param>
    public static IChatClient AsChatClient(this PathologyAnswerer answerer, string modelName = "pathvlm")
    {
        ArgumentNullException.ThrowIfNull(answerer);
        ArgumentException.ThrowIfNullOrWhiteSpace(modelName);
        return new PathologyChatClient(answerer, modelName, ownsAnswerer: false);
    }
}
