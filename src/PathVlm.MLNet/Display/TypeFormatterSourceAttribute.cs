namespace PathVlm.MLNet.Display;

/// <summary>
/// Makes a .NET notebook show values of an <see cref="IHtmlView"/> as HTML. .NET Interactive looks for an attribute of this name and these
/// properties on a value's type, whatever assembly it comes from: no reference to its packages is needed, and nothing is registered.
/// </summary>
[AttributeUsage(AttributeTargets.Class | AttributeTargets.Struct, Inherited = true)]
public sealed class TypeFormatterSourceAttribute : Attribute
{
    /// <summary>The type that makes the formatters.</summary>
    public Type FormatterSourceType { get; } = typeof(HtmlViewFormatter);

    /// <summary>The form that is shown.</summary>
    public string[] PreferredMimeTypes { get; } = [HtmlViewFormatter.HtmlMimeType];
}
