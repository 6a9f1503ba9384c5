namespace PathVlm.MLNet.Judging.Protocol;

/// <summary>The place of a completion in a run.</summary>
/// <param name="Step">Optimizer step of the rollout, 0 outside training.</param>
/// <param name="Row">Row of the scored view; in training that view is one generation batch.</param>
/// <param name="Completion">Completion of the row's group, from 0.</param>
/// <param name="Id">The row's id; null where the rows have none.</param>
public readonly record struct ReviewCoordinates(long Step, long Row, int Completion, string? Id = null)
{
    /// <summary>The row that canaries carry in a record.</summary>
    internal const long CanaryRow = -1;

    /// <summary>Whether it is a canary, which is watched apart.</summary>
    internal bool IsCanary => Row == CanaryRow;
}
