using PathVlm.Experiments.Plans;
using PathVlm.Experiments.Results;
using PathVlm.MLNet.Inference.Provenance;

namespace PathVlm.Experiments.Reporting;

/// <summary>What reports say of where their figures come from: bases, data, judge, code.</summary>
internal static class ProvenanceTexts
{
    /// <summary>The facts, by name.</summary>
    internal static IReadOnlyDictionary<string, string> Of(ExperimentResults results)
    {
        ExperimentPlan plan = results.Plan;
        Dictionary<string, string> facts = new(StringComparer.Ordinal);
        foreach (NamedPath model in plan.Bases)
        {
            string fingerprint = results.Settings.GetValueOrDefault($"Base:{model.Name}", "not known");
            facts[$"Base {model.Name}"] = $"fingerprint {fingerprint}, licence {LicenceOf(model.Path)}";
        }

        facts["Data"] = $"fingerprint {results.Settings.GetValueOrDefault("Data", "not known")}, "
            + $"licence {plan.Recipe.Sft.DataLicence ?? "not stated"}";
        facts["Judge"] = plan.Judge.Identity + (plan.Panel.SoundnessNeedsStep ? " (soundness needs a step)" : "");
        facts["Code"] = StageProvenance.CurrentCode;
        return facts;
    }

    /// <summary>The same in one line.</summary>
    internal static string Line(ExperimentResults results) =>
        $"Provenance: {string.Join("; ", Of(results).Select(fact => $"{fact.Key}: {fact.Value}"))}.";

    private static string LicenceOf(string path)
    {
        if (!Directory.Exists(path)) return "as the zip says (pathvlm inspect)";
        BaseProvenance said = BaseProvenance.OfFolder(path);
        return (said.Licence ?? "not stated") + (said.IsResearchOnly ? ": research only" : "");
    }
}
