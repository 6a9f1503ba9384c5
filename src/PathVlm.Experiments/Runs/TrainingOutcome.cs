using System.Xml.Linq;
using PathVlm.Experiments.Reporting;
using PathVlm.Experiments.Stages;
using PathVlm.MLNet.Display;
using PathVlm.MLNet.Evaluation;

namespace PathVlm.Experiments.Runs;

/// <summary>What a training run came to.</summary>
/// <param name="Results">Results of the base and of each stage, in their order.</param>
/// <param name="ModelFile">The zip with all stages.</param>
/// <param name="Memory">Peak memory and its slope, as text.</param>
[TypeFormatterSource]
public sealed record TrainingOutcome(IReadOnlyList<StageResult> Results, string ModelFile, string Memory) : IHtmlView
{
    /// <summary>Accuracy of every model, and each against the one before it.</summary>
    public IReadOnlyList<ReportTable> Tables => [StageTables.Accuracy(Results, showsReasoning: true), StageTables.Differences(Results)];

    XElement IHtmlView.ToHtml() => Html.Block([
        .. Tables.Select(table => ((IHtmlView)table).ToHtml()), Html.Note($"{ModelFile}; {Memory}"), Html.Note(ResearchNotice.Text)]);
}
