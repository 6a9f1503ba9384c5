using PathVlm.MLNet.Judging.Canaries;
using PathVlm.MLNet.Judging.Panel;

namespace PathVlm.MLNet.Rewards;

/// <summary>What a checkpoint keeps of a process reward.</summary>
/// <param name="Judge">The judge's identity.</param>
/// <param name="Panel">The panel's counts.</param>
/// <param name="Canaries">The reviews of the canaries; null where they were not shown.</param>
internal sealed record JudgeState(string Judge, ReviewPanelState Panel, IReadOnlyList<CanaryState>? Canaries);
