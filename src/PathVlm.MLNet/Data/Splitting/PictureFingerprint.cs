using PathVlm.MLNet.Data.Pictures;
using PathVlm.Modeling.Processing.Pictures;

namespace PathVlm.MLNet.Data.Splitting;

/// <summary>The hashes of a row's picture.</summary>
/// <param name="Exact">Of the decoded pixels (<see cref="PictureHash"/>).</param>
/// <param name="Orientations">Difference hashes of the eight orientations, as it is first (<see cref="DifferenceHash"/>).</param>
internal sealed record PictureFingerprint(string Exact, ulong[] Orientations)
{
    /// <summary>The fingerprint of a picture.</summary>
    public static PictureFingerprint Of(RgbPicture picture) => new(PictureHash.Of(picture), DifferenceHash.OfOrientations(picture));
}
