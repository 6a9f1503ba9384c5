using Microsoft.ML;
using PathVlm.MLNet.Data.Rows;
using PathVlm.MLNet.Inference.Policies;
using PathVlm.MLNet.Rewards;
using PathVlm.MLNet.Training.Grpo;
using PathVlm.MLNet.Training.Grpo.Options;
using PathVlm.MLNet.Training.Sft;

namespace PathVlm.Host.Runs;

/// <summary>Whether the rows of a run fit its stages, told before the first of them is trained.</summary>
internal static class StageRows
{
    /// <summary>Refuses a set with too few rows for fine-tuning.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is no row of the stage.</exception>
    internal static void RequireEnough(IDataView rows, PathologySftOptions options) => SftRows.RequireAny(CountOf(rows, options.Stage), options);

    /// <summary>Refuses a set with too few rows for GRPO.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There are fewer rows of the stage than a generation batch takes.</exception>
    internal static void RequireEnough(IDataView rows, GrpoOptions options) => GrpoRows.RequireEnough(CountOf(rows, options.Stage), options);

    /// <summary>Reads and encodes the rows of every GRPO stage as the stage will; where two read them alike, once.</summary>
    /// <param name="rows">Rows with stages.</param>
    /// <param name="plan">The stages.</param>
    /// <param name="start">The model that the chain starts from.</param>
    /// <exception cref="InvalidDataException">A row lacks a value, its picture cannot be read, or its prompt is too long; the message names it.</exception>
    internal static void RequireReadable(IDataView rows, TrainingPlan plan, PathologyPolicy start)
    {
        PolicySettings before = plan.Sft.PolicySettings(start.Settings);
        HashSet<(string, int, int, int)> read = [];
        foreach (GrpoOptions options in plan.GrpoStages)
        {
            before = options.PolicySettings(before);
            if (read.Add((options.Stage, options.MaxPromptLength, options.MinPixels, options.MaxPixels)))
                GrpoRows.Check(rows, new PromptEncoder(start.Files, before), options);
        }
    }

    /// <summary>Rows of a stage.</summary>
    internal static int CountOf(IDataView rows, string stage) => PathologyRows.Read(rows, PathologyRowNeeds.None, stage).Count();
}
