namespace PathVlm.Fuzzing.Tests;

/// <summary>A reader that is given damaged files.</summary>
/// <param name="Name">What it reads.</param>
/// <param name="Corpus">Whole files to begin with.</param>
/// <param name="Read">Reads a file; returns where it could be read.</param>
/// <param name="IsRefusal">Whether an exception is the reader's own way of refusing a file.</param>
internal sealed record FuzzTarget(string Name, IReadOnlyList<byte[]> Corpus, Action<byte[]> Read, Func<Exception, bool> IsRefusal)
{
    /// <summary>Most characters of a refusal.</summary>
    public const int LongestMessage = 4_000;

    /// <summary>Reads a file as the target does.</summary>
    /// <returns>What is wrong with how it went; null where the file was read or refused.</returns>
    public string? FaultOn(byte[] file)
    {
        try
        {
            Read(file);
            return null;
        }
        catch (Exception failure) when (IsRefusal(failure))
        {
            return failure.Message.Length <= LongestMessage ? null : $"a refusal of {failure.Message.Length} characters";
        }
        catch (Exception failure)
        {
            return failure.ToString();
        }
    }
}
