using PathVlm.MLNet.Inference.External;

namespace PathVlm.Experiments.Plans;

/// <summary>A model behind an OpenAI-compatible address. Pictures are sent there.</summary>
/// <param name="Name">Its name in the report and of its folder: letters, digits, <c>-</c>, <c>_</c> and <c>.</c>.</param>
/// <param name="Model">Its name at the server.</param>
/// <param name="Address">Base address, such as https://api.openai.com/v1.</param>
public sealed record ExternalEndpoint(string Name, string Model, Uri Address)
{
    /// <summary>
    /// The environment variable with this model's own key; <see cref="ExternalModel.KeyVariable"/> is used where it is not set.
    /// </summary>
    public string KeyVariable => $"{ExternalModel.KeyVariable}_{string.Concat(Name.Select(UpperOrUnderscore))}";

    /// <summary>The model, with its key from the environment; nothing is sent yet.</summary>
    /// <exception cref="ArgumentException">There is no key, or the address cannot be used.</exception>
    internal ExternalModel Open(ExternalModelOptions options) =>
        ExternalModel.Create(Address, Environment.GetEnvironmentVariable(KeyVariable), options);

    private static char UpperOrUnderscore(char letter) => char.IsAsciiLetterOrDigit(letter) ? char.ToUpperInvariant(letter) : '_';
}
