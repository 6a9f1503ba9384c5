using PathVlm.MLNet.Data.Rows;

namespace PathVlm.Experiments.Answers;

/// <summary>Answers rows.</summary>
internal interface IAnswerer : IDisposable
{
    /// <summary>Answers every row.</summary>
    /// <param name="rows">The rows, with their pictures.</param>
    /// <param name="onAnswer">Called with each answer as it comes and its row's index in the list; from several threads.</param>
    /// <param name="cancellation">Ends it.</param>
    void Answer(IReadOnlyList<PathologyRow> rows, Action<int, GivenAnswer> onAnswer, CancellationToken cancellation);
}
