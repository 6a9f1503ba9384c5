using System.Globalization;
using Microsoft.Extensions.AI;
using PathVlm.MLNet.Chat.Faults;

namespace PathVlm.MLNet.Chat;

/// <summary>Model and parameters of every request to one chat model.</summary>
/// <param name="Model">The model.</param>
/// <param name="Temperature">Sampling temperature.</param>
/// <param name="Seed">Seed.</param>
/// <param name="MaxOutputTokens">Output budget in tokens.</param>
/// <param name="LeftOut">Parameters that are not sent.</param>
internal sealed record ChatRequestOptions(string Model, float Temperature, long Seed, int MaxOutputTokens, ChatParameters LeftOut)
{
    /// <summary>Whether an output budget is sent, under either name.</summary>
    private bool HasBudget => !LeftOut.HasFlag(ChatParameters.MaxCompletionTokens | ChatParameters.MaxTokens);

    /// <summary>Model and parameters that are sent, as they enter cache keys; never a key or an address.</summary>
    public string Identity => Model
        + (LeftOut.HasFlag(ChatParameters.Temperature) ? "" : string.Create(CultureInfo.InvariantCulture, $" temperature={Temperature}"))
        + (LeftOut.HasFlag(ChatParameters.Seed) ? "" : string.Create(CultureInfo.InvariantCulture, $" seed={Seed}"))
        + (HasBudget ? string.Create(CultureInfo.InvariantCulture, $" max_tokens={MaxOutputTokens}") : "");

    /// <summary>The options of one request.</summary>
    /// <param name="largerBudget">Whether the output budget is doubled, after an invalid reply.</param>
    public ChatOptions Create(bool largerBudget) => new()
    {
        ModelId = Model,
        Temperature = LeftOut.HasFlag(ChatParameters.Temperature) ? null : Temperature,
        Seed = LeftOut.HasFlag(ChatParameters.Seed) ? null : Seed,
        MaxOutputTokens = !HasBudget ? null : largerBudget ? MaxOutputTokens * 2 : MaxOutputTokens,
    };
}
