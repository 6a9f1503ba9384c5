namespace PathVlm.MLNet.Inference.Conversations;

/// <summary>Bounds on the pictures of one conversation.</summary>
/// <param name="Pictures">Most pictures.</param>
/// <param name="PicturePixels">Most pixels of a picture by its header.</param>
internal readonly record struct ConversationLimits(int Pictures, long PicturePixels);
