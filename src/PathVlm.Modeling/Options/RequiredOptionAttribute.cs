namespace PathVlm.Modeling.Options;

/// <summary>An option that must have a value: not null, and for a text not blank.</summary>
/// <param name="expected">What the option holds, for the message: "the name of a model".</param>
[AttributeUsage(AttributeTargets.Property)]
public sealed class RequiredOptionAttribute(string expected) : Attribute
{
    /// <summary>What the option holds, for the message.</summary>
    public string Expected { get; } = expected;

    /// <summary>Whether the value is one.</summary>
    internal static bool Accepts(object? value) => value is string text ? !string.IsNullOrWhiteSpace(text) : value is not null;
}
