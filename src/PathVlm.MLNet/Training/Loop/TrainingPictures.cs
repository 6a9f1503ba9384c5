using PathVlm.MLNet.Data.Pictures;
using PathVlm.MLNet.Data.Rows;
using PathVlm.MLNet.Inference.Policies;
using PathVlm.MLNet.Training.Options;
using PathVlm.Modeling.Processing;
using PathVlm.Modeling.Processing.Pictures;

namespace PathVlm.MLNet.Training.Loop;

/// <summary>
/// Pictures of the rows that are trained on. Patches need eight bytes or more per color value, so pictures are kept as pixels, each
/// distinct one once; beyond a bound, pictures that can be decoded again from their file are not kept.
/// </summary>
internal sealed class TrainingPictures(PromptEncoder encoder, long bytesKept = TrainingDefaults.PictureBytes)
{
    private readonly Dictionary<string, TrainingPicture> _pictures = new(StringComparer.Ordinal);
    private long _bytes;

    /// <summary>The picture of a row, or the equal one of a row before it.</summary>
    public TrainingPicture PictureOf(PathologyRow row)
    {
        RgbPicture picture = row.RequiredPicture;
        string hash = PictureHash.Of(picture);
        if (_pictures.TryGetValue(hash, out TrainingPicture? known)) return known;
        ImageGrid grid = encoder.Processor.GridOf(picture.Height, picture.Width, row.Name);
        Func<RgbPicture> pixels = Loader(row.Question.ImagePath, picture, hash);
        return _pictures[hash] = new TrainingPicture(hash, grid, () => encoder.Processor.ImageProcessor.Process(pixels()).Patches)
        {
            LoadPixels = pixels,
        };
    }

    private Func<RgbPicture> Loader(string path, RgbPicture picture, string hash)
    {
        if (_bytes + picture.Pixels.LongLength > bytesKept && IsInFile(path, hash))
            return () => PictureFile.Decode(path);
        _bytes += picture.Pixels.LongLength;
        return () => picture;
    }

    // A pipeline may have changed the picture after it was decoded.
    private static bool IsInFile(string path, string hash)
    {
        if (!File.Exists(path)) return false;
        try
        {
            return PictureHash.Of(PictureFile.Decode(path)) == hash;
        }
        catch (InvalidDataException)
        {
            return false;
        }
    }
}
