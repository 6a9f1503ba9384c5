using PathVlm.MLNet.Inference.Answering;
using PathVlm.MLNet.Persistence.Weights;

namespace PathVlm.MLNet.Inference.Policies;

/// <summary>Settings of a <see cref="PathologyTransformer"/> beside its policy.</summary>
/// <param name="AnswerBatchSize">Rows answered together.</param>
/// <param name="WeightsStorage">Where Model.Save puts the weights.</param>
internal sealed record TransformerSettings(
    int AnswerBatchSize = PolicyDefaults.AnswerBatchSize, WeightsStorage WeightsStorage = WeightsStorage.InsideZip)
{
    public void Check(Func<string, Exception> fault)
    {
        List<string> faults = [];
        if (AnswerBatchSize < 1) faults.Add($"AnswerBatchSize: got {AnswerBatchSize}, takes 1 or more");
        if (!Enum.IsDefined(WeightsStorage)) faults.Add($"WeightsStorage: got {WeightsStorage}, takes {string.Join(" or ", Enum.GetNames<WeightsStorage>())}");
        if (faults.Count > 0) throw fault(string.Join("; ", faults));
    }
}
