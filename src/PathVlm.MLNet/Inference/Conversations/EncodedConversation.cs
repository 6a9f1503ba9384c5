using PathVlm.Modeling.Processing;
using PathVlm.Modeling.Processing.Pictures;

namespace PathVlm.MLNet.Inference.Conversations;

/// <summary>
/// A prompt that waits for its turn: its pictures are kept in the size that the model reads, as 8-bit pixels, which take a sixteenth of
/// the memory of patches.
/// </summary>
/// <param name="TokenIds">Ids, with as many picture ids as each picture has tokens.</param>
/// <param name="Grids">Patch grids of the pictures, in the order of their places.</param>
/// <param name="Pictures">The pictures, resized.</param>
internal sealed record EncodedConversation(int[] TokenIds, IReadOnlyList<ImageGrid> Grids, IReadOnlyList<RgbPicture> Pictures);
