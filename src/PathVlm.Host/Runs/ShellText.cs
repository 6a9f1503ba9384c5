namespace PathVlm.Host.Runs;

/// <summary>Texts as a shell reads them back.</summary>
internal static class ShellText
{
    /// <summary>The text, in single quotes where it holds anything but letters, digits and a few marks.</summary>
    internal static string Quote(string text) =>
        text.Length > 0 && text.All(letter => char.IsAsciiLetterOrDigit(letter) || "/._-+,:@=".Contains(letter))
        ? text
        : $"'{text.Replace("'", "'\\''", StringComparison.Ordinal)}'";
}
