using System.Globalization;
using Microsoft.ML;
using PathVlm.Experiments.Answers;
using PathVlm.Experiments.Plans;
using PathVlm.MLNet.Data.Rows;

namespace PathVlm.Experiments.Runs;

/// <summary>
/// What a training run was begun with: <c>run.json</c> in its folder. A run that goes on has the same seed, options, data, base and judge.
/// </summary>
/// <param name="plan">The run.</param>
/// <param name="rows">Its rows.</param>
internal sealed class TrainingRecord(TrainingPlan plan, IDataView rows)
{
    private const string FinishedName = "Finished";

    // Base and pictures are hashed once a run.
    private readonly Lazy<SortedDictionary<string, string>> _settings = new(() => SettingsOf(plan, rows));

    /// <summary>Whether a run was begun in the plan's folder and can go on.</summary>
    /// <exception cref="InvalidOperationException">It is finished, or was begun with other settings; the message names them.</exception>
    internal bool Continues()
    {
        if (!File.Exists(plan.RecordFile)) return false;
        SortedDictionary<string, string> found = ExperimentSettings.Read(plan.RecordFile);
        if (found.Remove(FinishedName))
            throw new InvalidOperationException(
                $"resume: the run in [{plan.OutputFolder}] is finished: {plan.ModelFile}; expected one that was stopped,"
                + " or another output folder");
        SortedDictionary<string, string> now = _settings.Value;
        string[] differing = [.. now.Keys.Union(found.Keys).Order(StringComparer.Ordinal)
            .Where(name => now.GetValueOrDefault(name) != found.GetValueOrDefault(name))];
        return differing.Length == 0
            ? true
            : throw new InvalidOperationException(
                $"resume: the run in [{plan.OutputFolder}] was begun with other settings: "
                + $"{ExperimentSettings.DifferencesInWords(differing, found, now)}; expected the same settings, or another output folder");
    }

    /// <summary>Writes that a run begins, or is finished.</summary>
    internal void Write(bool isFinished)
    {
        SortedDictionary<string, string> values = new(_settings.Value, StringComparer.Ordinal);
        if (isFinished) values[FinishedName] = bool.TrueString;
        ExperimentSettings.Write(plan.RecordFile, values);
    }

    private static SortedDictionary<string, string> SettingsOf(TrainingPlan plan, IDataView rows)
    {
        SortedDictionary<string, string> values = ExperimentSettings.ValuesOf(
            plan.Recipe, plan.Judge, plan.Panel,
            Fingerprint.OfRows(PathologyRows.Read(rows, PathologyRowNeeds.Answer, null).Select(row => row.Question)));
        values["Seed"] = plan.Seed.ToString(CultureInfo.InvariantCulture);
        values["Until"] = plan.LastStage;
        values["Base"] = Fingerprint.OfModel(plan.BaseModel);
        return values;
    }
}
