using PathVlm.MLNet.Inference.External;

namespace PathVlm.Host.Experiments;

/// <summary>A model that is not ours, as a user names it: <c>name=URL</c>, or <c>name=model@URL</c> where the server calls it otherwise.</summary>
/// <param name="Name">Its name in the report.</param>
/// <param name="Model">Its name at the server.</param>
/// <param name="Address">Base address, such as https://api.openai.com/v1.</param>
internal sealed record ExternalChoice(string Name, string Model, Uri Address)
{
    private const string Form = "takes name=URL or name=model@URL, such as gpt-4o=gpt-4o-2024-08-06@https://api.openai.com/v1";

    /// <summary>The environment variable with this model's own key; <see cref="ExternalModel.KeyVariable"/> serves where it is not set.</summary>
    internal string KeyVariable =>
        $"{ExternalModel.KeyVariable}_{new string([.. Name.Select(letter => char.IsAsciiLetterOrDigit(letter) ? char.ToUpperInvariant(letter) : '_')])}";

    /// <summary>Reads the choices of a command line.</summary>
    /// <exception cref="UserMistakeException">A text is no choice, or two have one name.</exception>
    internal static IReadOnlyList<ExternalChoice> Of(IEnumerable<string> texts)
    {
        ExternalChoice[] choices = [.. texts.Select(Read)];
        string? twice = choices.GroupBy(choice => choice.Name, StringComparer.OrdinalIgnoreCase).FirstOrDefault(name => name.Count() > 1)?.Key;
        return twice is null ? choices : throw new UserMistakeException($"--external: the name [{twice}] is taken; takes a name of its own for each");
    }

    /// <summary>The model, with its key from the environment; nothing is sent yet.</summary>
    internal ExternalModel Open(ExternalModelOptions options) =>
        ExternalModel.Create(Address, Environment.GetEnvironmentVariable(KeyVariable), options);

    private static ExternalChoice Read(string text)
    {
        int equals = text.IndexOf('=', StringComparison.Ordinal);
        int scheme = text.IndexOf("://", StringComparison.Ordinal);
        if (equals < 1 || scheme < equals) throw Mistake(text);
        string name = text[..equals], rest = text[(equals + 1)..];
        int at = rest.LastIndexOf('@', scheme - equals - 1); // a model's name stands before the scheme
        string model = at < 0 ? name : rest[..at];
        if (model.Length == 0 || name.Any(letter => !IsNameLetter(letter)) || !Uri.TryCreate(rest[(at + 1)..], UriKind.Absolute, out Uri? address)) throw Mistake(text);
        if (address.Scheme is not ("http" or "https") || address.UserInfo.Length > 0)
            throw new UserMistakeException($"--external: [{name}] has an address that is not http or https, or holds a user name; {Form}");
        return new ExternalChoice(name, model, address);
    }

    // The name is a folder's.
    private static bool IsNameLetter(char letter) => char.IsAsciiLetterOrDigit(letter) || letter is '-' or '_' or '.';

    private static UserMistakeException Mistake(string text) => new($"--external: got [{text}], {Form}");
}
