using PathVlm.MLNet.Persistence.Weights;
using PathVlm.Modeling.Options;

namespace PathVlm.MLNet.Inference.Policies;

/// <summary>Settings of a <c>PathologyTransformer</c> beside its policy.</summary>
/// <param name="AnswerBatchSize">Rows answered together.</param>
/// <param name="WeightsStorage">Where Model.Save puts the weights.</param>
internal sealed record TransformerSettings(
    [property: OptionBounds(AtLeast = 1)] int AnswerBatchSize = PolicyDefaults.AnswerBatchSize,
    WeightsStorage WeightsStorage = WeightsStorage.InsideZip) : IOptionSet
{
    public void Check(Func<string, Exception> fault)
    {
        IReadOnlyList<string> faults = OptionRules.FaultsOf(this);
        if (faults.Count > 0) throw fault(string.Join("; ", faults));
    }
}
