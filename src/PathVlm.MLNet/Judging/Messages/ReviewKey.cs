using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using PathVlm.MLNet.Judging.Protocol;

namespace PathVlm.MLNet.Judging.Messages;

/// <summary>
/// The identity of a review: SHA-256 of protocol version, judge, picture bytes, question, options, reference, reasoning and choice,
/// each preceded by its length, so that no two different reviews are written alike.
/// </summary>
internal static class ReviewKey
{
    /// <summary>The key as 64 lower-case hexadecimal digits.</summary>
    public static string Create(string judgeIdentity, ProcessReviewRequest request)
    {
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Text(ReviewSchema.Name);
        Text(judgeIdentity);
        Bytes(request.Picture.Span);
        Text(request.Question);
        Number(request.Options.Count);
        foreach (string option in request.Options) Text(option);
        Optional(request.Reference);
        Text(request.Reasoning);
        Optional(request.ChosenOption);
        return Convert.ToHexStringLower(hash.GetHashAndReset());

        void Number(int value)
        {
            Span<byte> bytes = stackalloc byte[4];
            BinaryPrimitives.WriteInt32LittleEndian(bytes, value);
            hash.AppendData(bytes);
        }

        void Bytes(ReadOnlySpan<byte> bytes)
        {
            Number(bytes.Length);
            hash.AppendData(bytes);
        }

        void Text(string text) => Bytes(Encoding.UTF8.GetBytes(text));

        void Optional(string? text)
        {
            if (text is null) Number(-1);
            else Text(text);
        }
    }
}
