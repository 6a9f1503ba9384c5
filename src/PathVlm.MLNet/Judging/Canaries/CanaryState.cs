using PathVlm.MLNet.Judging.Protocol;

namespace PathVlm.MLNet.Judging.Canaries;

/// <summary>A canary's review as a checkpoint keeps it.</summary>
/// <param name="Name">The canary.</param>
/// <param name="Completeness">Tenths; null where missing.</param>
/// <param name="Soundness">Tenths; null where missing.</param>
/// <param name="Missing">Why it is missing.</param>
/// <param name="Detail">The same in one line.</param>
/// <param name="Blank">Whether no judge was asked.</param>
internal sealed record CanaryState(string Name, int? Completeness, int? Soundness, MissingCause? Missing, string? Detail, bool Blank);
