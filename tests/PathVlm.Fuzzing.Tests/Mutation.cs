using System.Text;

namespace PathVlm.Fuzzing.Tests;

/// <summary>A change of a file's bytes.</summary>
/// <param name="Kind">What is changed.</param>
/// <param name="Place">Where: 0 is the file's beginning, 1 its end.</param>
/// <param name="Length">How many bytes are meant.</param>
/// <param name="Value">A byte, or which of <see cref="Tokens"/>.</param>
internal readonly record struct Mutation(MutationKind Kind, double Place, int Length, byte Value)
{
    private const string Ends = ",:]} \n\"";

    /// <summary>Texts that readers of JSON, tables and tags have stumbled over.</summary>
    public static IReadOnlyList<string> Tokens { get; } =
    [
        "-1", "-0", "0", "1e400", "-1e400", "1.5", "18446744073709551616", "9223372036854775807", "4294967296", "2147483648", "NaN", "null",
        "true", "[]", "{}", "\"\"", "\"\\ud800\"", "\"\\udc00\\ud800\"", "\"\\u0000\"", "\"x\":1,\"x\":2",
        "[[[[[[[[[[[[[[[[[[", "{\"a\":{\"a\":{",
        "<think>", "</think>", "<answer>", "</answer>", "<|im_end|>", "A) ", "\u200b", "\uFEFF", "\r", "\0", "../", "/dev/zero", "\"", "\\",
    ];

    /// <summary>The file with the change.</summary>
    public byte[] Apply(byte[] file)
    {
        int at = Math.Min((int)(Place * file.Length), file.Length), length = Math.Min(Length, file.Length - at);
        ReadOnlySpan<byte> before = file.AsSpan(0, at), after = file.AsSpan(at + length);
        switch (Kind)
        {
            case MutationKind.Flip:
                byte[] flipped = [.. file];
                if (at < flipped.Length) flipped[at] ^= (byte)(1 << (Value & 7));
                return flipped;
            case MutationKind.Set:
                byte[] set = [.. file];
                set.AsSpan(at, length).Fill(Value);
                return set;
            case MutationKind.Delete:
                return [.. before, .. after];
            case MutationKind.Repeat:
                return [.. before, .. file.AsSpan(at, length), .. file.AsSpan(at)];
            case MutationKind.Cut:
                return file[..at];
            case MutationKind.Insert:
                return [.. before, .. Token(), .. file.AsSpan(at)];
            default:
                int end = at;
                while (end < file.Length && end - at < 64 && !Ends.Contains((char)file[end], StringComparison.Ordinal)) end++;
                return [.. before, .. Token(), .. file.AsSpan(end)];
        }
    }

    private byte[] Token() => Encoding.UTF8.GetBytes(Tokens[Value % Tokens.Count]);
}

/// <summary>What a <see cref="Mutation"/> changes.</summary>
internal enum MutationKind
{
    /// <summary>One bit.</summary>
    Flip,

    /// <summary>Bytes become one value.</summary>
    Set,

    /// <summary>Bytes are taken out.</summary>
    Delete,

    /// <summary>Bytes stand there twice.</summary>
    Repeat,

    /// <summary>The rest is cut off.</summary>
    Cut,

    /// <summary>A text is put in.</summary>
    Insert,

    /// <summary>A value is replaced by a text.</summary>
    Replace,
}
