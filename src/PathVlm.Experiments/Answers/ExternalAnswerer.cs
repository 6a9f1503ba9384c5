using PathVlm.MLNet.Data.Rows;
using PathVlm.MLNet.Inference.External;

namespace PathVlm.Experiments.Answers;

/// <summary>A model behind an address.</summary>
internal sealed class ExternalAnswerer(ExternalModel model, string name) : IAnswerer
{
    private readonly OutageWatch _watch = new(name);

    /// <inheritdoc/>
    public void Answer(IReadOnlyList<PathologyRow> rows, Action<int, GivenAnswer> onAnswer, CancellationToken cancellation) =>
        model.AnswerAsync(rows, (index, answer) =>
        {
            GivenAnswer given = new(answer.Response, answer.ResponseTokenCount, answer.IsTruncated, answer.Failure?.ToString())
            {
                Detail = answer.Detail,
            };
            onAnswer(index, given);
            _watch.Count(given);
        }, cancellation).GetAwaiter().GetResult();

    /// <inheritdoc/>
    public void Dispose()
    {
    }
}
