using Microsoft.ML;
using PathVlm.MLNet.Data.Rows;

namespace PathVlm.Experiments.Stages;

/// <summary>A set whose rows have stages.</summary>
/// <param name="Rows">The rows.</param>
/// <param name="Report">What was read and what was left out.</param>
/// <param name="NamesStages">Whether the set itself names the stages, so that no seed and no sizes decided them.</param>
public sealed record StagedSet(IDataView Rows, LoadReport Report, bool NamesStages);
