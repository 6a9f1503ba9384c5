using PathVlm.MLNet.Data.Overlaps;
using PathVlm.MLNet.Data.Pictures;
using PathVlm.Modeling.Processing.Pictures;

namespace PathVlm.MLNet.Data.Splitting;

/// <summary>What a row's picture is compared by.</summary>
/// <param name="Exact">Hash of the decoded pixels (<see cref="PictureHash"/>).</param>
/// <param name="Orientations">Difference hashes of the eight orientations, as it is first (<see cref="DifferenceHash"/>).</param>
/// <param name="Features">Its points, for overlaps.</param>
internal sealed record PictureFingerprint(string Exact, ulong[] Orientations, TileFeatures Features)
{
    /// <summary>The fingerprint of a picture.</summary>
    public static PictureFingerprint Of(RgbPicture picture) =>
        new(PictureHash.Of(picture), DifferenceHash.OfOrientations(picture), TileFeatures.Of(picture));
}
