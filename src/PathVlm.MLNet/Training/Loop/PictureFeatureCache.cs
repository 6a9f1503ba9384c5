using PathVlm.MLNet.Training.Options;
using PathVlm.Modeling;
using PathVlm.Modeling.Numerics;
using static TorchSharp.torch;

namespace PathVlm.MLNet.Training.Loop;

/// <summary>
/// Features of the pictures of a pack. Where the vision tower is frozen they are computed once a distinct picture and kept while there is
/// room; beyond it, or where the tower is trained, they are computed when asked for.
/// </summary>
internal sealed class PictureFeatureCache : IDisposable
{
    private readonly Qwen25VlModel _model;
    private readonly bool _frozen;
    private readonly long _capacity;
    private readonly Dictionary<string, Tensor> _features = new(StringComparer.Ordinal);
    private long _bytes;

    /// <summary>An empty cache.</summary>
    /// <param name="model">The model whose tower encodes; not owned.</param>
    /// <param name="frozen">Whether the tower stays as it is while the cache lives.</param>
    /// <param name="capacity">Bytes of features kept.</param>
    public PictureFeatureCache(Qwen25VlModel model, bool frozen, long capacity = TrainingDefaults.FeatureCacheBytes)
    {
        _model = model;
        _frozen = frozen;
        _capacity = capacity;
    }

    /// <summary>Features of pictures, in their order.</summary>
    /// <param name="pictures">The pictures of a pack, in the order of its prompts.</param>
    /// <returns>[placeholders, D], in the caller's dispose scope; null without pictures.</returns>
    public Tensor? FeaturesOf(IReadOnlyList<TrainingPicture> pictures)
    {
        if (pictures.Count == 0) return null;
        if (!_frozen) return Encode(pictures);
        Tensor[] features = [.. pictures.Select(Kept)];
        return features.Length == 1 ? features[0].alias() : cat(features, 0);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (Tensor tensor in _features.Values) tensor.Dispose();
        _features.Clear();
    }

    private Tensor Kept(TrainingPicture picture)
    {
        if (_features.TryGetValue(picture.ContentHash, out Tensor? kept)) return kept;
        Interruption.ThrowIfRequested();
        using IDisposable noGradient = no_grad();
        Tensor features = Encode([picture]);
        long bytes = features.numel() * features.ElementSize;
        if (_bytes + bytes > _capacity) return features;
        _bytes += bytes;
        _features.Add(picture.ContentHash, features.DetachFromDisposeScope());
        return features;
    }

    private Tensor Encode(IReadOnlyList<TrainingPicture> pictures) =>
        _model.EncodeImages([.. pictures.Select(picture => picture.Grid)], pictures.Select(picture => picture.LoadPatches()))!;
}
