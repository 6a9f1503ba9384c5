using PathVlm.Modeling.Processing.Pictures;

namespace PathVlm.MLNet.Data.Rows;

/// <summary>A row as trainers and models take it: read from any data view, free of ML.NET's buffers.</summary>
/// <param name="Index">Place of the row in its view, from 0; counts the rows that were passed over as well.</param>
/// <param name="Question">The texts.</param>
/// <param name="Picture">The picture; null where <see cref="PathologyRowNeeds.Image"/> was not asked for.</param>
public sealed record PathologyRow(long Index, PathologyQuestion Question, RgbPicture? Picture)
{
    /// <summary>The row's name in messages: its Id, or its place where the view has no Ids.</summary>
    public string Name => Question.Id.Length > 0 ? Question.Id : $"row {Index}";

    /// <summary>The picture of a row that was read with <see cref="PathologyRowNeeds.Image"/>.</summary>
    /// <exception cref="InvalidOperationException">The row was read without its picture.</exception>
    public RgbPicture RequiredPicture => Picture ?? throw new InvalidOperationException($"row [{Name}] was read without its picture");
}
