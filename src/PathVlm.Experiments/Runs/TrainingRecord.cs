using System.Globalization;
using Microsoft.ML;
using PathVlm.Experiments.Answers;
using PathVlm.Experiments.Plans;
using PathVlm.MLNet.Data.Rows;

namespace PathVlm.Experiments.Runs;

/// <summary>
/// What a training run was begun with: <c>run.json</c> in its folder. A run that goes on has the same seed, options, data, base and judge.
/// </summary>
internal static class TrainingRecord
{
    private const string FinishedName = "Finished";

    /// <summary>Whether a run was begun in the plan's folder and can go on.</summary>
    /// <exception cref="InvalidOperationException">It is finished, or was begun with other settings; the message names them.</exception>
    internal static bool Continues(TrainingPlan plan, IDataView rows)
    {
        if (!File.Exists(plan.RecordFile)) return false;
        SortedDictionary<string, string> found = ExperimentSettings.Read(plan.RecordFile);
        if (found.Remove(FinishedName))
            throw new InvalidOperationException(
                $"resume: the run in [{plan.OutputFolder}] is finished: {plan.ModelFile}; expected one that was stopped,"
                + " or another output folder");
        SortedDictionary<string, string> now = SettingsOf(plan, rows);
        string[] differing = [.. now.Keys.Union(found.Keys).Order(StringComparer.Ordinal)
            .Where(name => now.GetValueOrDefault(name) != found.GetValueOrDefault(name))];
        return differing.Length == 0
            ? true
            : throw new InvalidOperationException(
                $"resume: the run in [{plan.OutputFolder}] was begun with other settings: "
                + $"{ExperimentSettings.DifferencesInWords(differing, found, now)}; expected the same settings, or another output folder");
    }

    /// <summary>Writes that a run begins, or is finished.</summary>
    internal static void Write(TrainingPlan plan, IDataView rows, bool isFinished)
    {
        SortedDictionary<string, string> values = SettingsOf(plan, rows);
        if (isFinished) values[FinishedName] = bool.TrueString;
        ExperimentSettings.Write(plan.RecordFile, values);
    }

    private static SortedDictionary<string, string> SettingsOf(TrainingPlan plan, IDataView rows)
    {
        SortedDictionary<string, string> values = new(StringComparer.Ordinal)
        {
            ["Preset"] = plan.Recipe.Name,
            ["Seed"] = plan.Seed.ToString(CultureInfo.InvariantCulture),
            ["Until"] = plan.LastStage,
            ["Data"] = Fingerprint.OfRows(PathologyRows.Read(rows, PathologyRowNeeds.Answer, null).Select(row => row.Question)),
            ["Base"] = Fingerprint.OfModel(plan.BaseModel),
            ["Judge"] = plan.Judge.Identity,
            ["Judge:RequireShownInImage"] = plan.Panel.RequireShownInImage.ToString(),
            ["Judge:SoundnessNeedsStep"] = plan.Panel.SoundnessNeedsStep.ToString(),
        };
        ExperimentSettings.AddStages(values, plan.Recipe);
        return values;
    }
}
