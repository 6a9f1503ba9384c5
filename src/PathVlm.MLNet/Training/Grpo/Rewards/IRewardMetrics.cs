namespace PathVlm.MLNet.Training.Grpo.Rewards;

/// <summary>A reward source that has something to tell of its scores beside them.</summary>
internal interface IRewardMetrics
{
    /// <summary>Says which optimizer step is begun: records of what is scored from now on carry it.</summary>
    void Begin(long step);

    /// <summary>Metrics of what was scored since the last call.</summary>
    IEnumerable<KeyValuePair<string, double>> TakeMetrics();
}
