using System.Globalization;
using Microsoft.ML;
using PathVlm.MLNet;
using PathVlm.MLNet.Data.Faults;

namespace PathVlm.Experiments.Stages;

/// <summary>Refuses test rows that a model was trained on.</summary>
internal static class TrainedRowsCheck
{
    private const int NamesShown = 5;

    /// <summary>Refuses test rows that show a picture of a training row of the set.</summary>
    /// <exception cref="InvalidDataException">There are some; the message counts and names them.</exception>
    public static void Stages(IDataView rows, CancellationToken cancellation) => Refuse(
        TrainedRows.FindInOtherStages(rows, cancellation), rows.GetRowCount(), "test rows show a picture that another stage is trained on");

    /// <summary>Refuses test rows that show a picture that a model to start from was trained on.</summary>
    /// <param name="model">Its zip or checkpoint folder.</param>
    /// <param name="test">The test rows.</param>
    /// <param name="cancellation">Stops between two pictures.</param>
    /// <exception cref="InvalidDataException">There are some; the message counts and names them.</exception>
    public static void Model(string model, IDataView test, CancellationToken cancellation) => Refuse(
        TrainedRows.Find(test, model, cancellation), test.GetRowCount(), $"test rows show a picture that [{model}] was trained on");

    /// <summary>Refuses rows of another set that show a picture that models are trained on.</summary>
    /// <param name="name">The other set's name in messages.</param>
    /// <param name="other">Its rows.</param>
    /// <param name="rows">The set that models are trained on.</param>
    /// <param name="models">Zips or checkpoint folders to start from.</param>
    /// <param name="cancellation">Stops between two pictures.</param>
    /// <exception cref="InvalidDataException">There are some; the message counts and names them.</exception>
    public static void OtherSet(
        string name, IDataView other, IDataView rows, IEnumerable<string> models, CancellationToken cancellation)
    {
        Refuse(
            TrainedRows.FindInSet(other, rows, cancellation), other.GetRowCount(),
            $"rows of the set [{name}] show a picture that a stage is trained on");
        foreach (string model in models)
            Refuse(
                TrainedRows.Find(other, model, cancellation), other.GetRowCount(),
                $"rows of the set [{name}] show a picture that [{model}] was trained on");
    }

    private static void Refuse(IReadOnlyList<string> found, long? all, string what)
    {
        if (found.Count == 0) return;
        string names = string.Join("], [", found.Take(NamesShown)) + (found.Count > NamesShown ? "], …" : "]");
        throw DataFault.Create(
            string.Create(CultureInfo.InvariantCulture, $"{found.Count:N0} of {all:N0} {what}: [{names}"), DataRemedy.AllowTrainedRows);
    }
}
