using Microsoft.ML.Runtime;
using PathVlm.MLNet.Data;
using PathVlm.MLNet.Rewards;

namespace PathVlm.MLNet;

/// <summary>The door to this library: <c>mlContext.Pathology()</c>.</summary>
public sealed class PathologyCatalog
{
    private readonly IHostEnvironment environment;

    internal PathologyCatalog(IHostEnvironment environment)
    {
        this.environment = environment;
        Data = new PathologyDataCatalog(environment);
    }

    /// <summary>Loads, splits and checks sets of questions.</summary>
    public PathologyDataCatalog Data { get; }

    /// <summary>Adds <c>Reward</c>, the weighted sum of reward columns.</summary>
    /// <param name="rewards">Columns and weights; one or more, each column once.</param>
    /// <exception cref="ArgumentOutOfRangeException">No reward, a blank or doubled column, or a weight that is not finite.</exception>
    public RewardSumEstimator SumRewards(params RewardWeight[] rewards) => new(environment, rewards);
}
