namespace PathVlm.MLNet.Data.Overlaps;

/// <summary>A place of a tile that is found again in a shifted, cut or slightly turned copy.</summary>
/// <param name="X">Pixels from the left.</param>
/// <param name="Y">Pixels from the top.</param>
/// <param name="Code">Its surroundings.</param>
internal readonly record struct TilePoint(int X, int Y, PointCode Code);
