using Microsoft.Extensions.AI;
using Microsoft.ML;
using PathVlm.MLNet.Answers;
using PathVlm.MLNet.Chat;
using PathVlm.MLNet.Chat.Faults;
using PathVlm.MLNet.Data.Rows;
using PathVlm.MLNet.Inference.Answering;
using PathVlm.MLNet.Inference.Policies;
using PathVlm.MLNet.Views;
using PathVlm.Modeling.Options;

namespace PathVlm.MLNet.Inference.External;

/// <summary>
/// A model that is not ours, behind a chat-completions address: asked with the same system text, picture and question as our models, read
/// by the same rules, inside the bounds of docs/process-reward.md (one retry layer, replies of 1 MiB at most, no redirect followed). A row
/// whose request fails is unanswered and stays in every denominator; it is never left out. Safe for concurrent calls.
/// </summary>
public sealed class ExternalModel
{
    /// <summary>The environment variable that holds the key.</summary>
    public const string KeyVariable = "PATHVLM_EXTERNAL_KEY";

    private readonly ExternalModelOptions _options;
    private readonly PathologyPromptTemplate _template;
    private readonly BoundedChat _chat;
    private readonly ChatRequestOptions _request;

    /// <summary>Creates a model over any chat client; its own retries must be off.</summary>
    /// <param name="client">The client.</param>
    /// <param name="options">How it is asked; copied. Null for the defaults.</param>
    /// <param name="time">The clock of time-outs and backoff; null for the system's.</param>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of range; all that are, are named.</exception>
    public ExternalModel(IChatClient client, ExternalModelOptions? options = null, TimeProvider? time = null)
    {
        ArgumentNullException.ThrowIfNull(client);
        _options = Checked(options);
        _template = _options.PromptTemplate ?? new PathologyPromptTemplate();
        _request = new ChatRequestOptions(_options.Model, _options.Temperature, _options.Seed, _options.MaxOutputTokens, _options.LeaveOut);
        ChatBounds bounds = new(_options.MaxRequests, _options.AnswerTime, _options.RequestTime, _options.Backoff);
        _chat = new BoundedChat(client, _options.Model, bounds, time ?? TimeProvider.System, $"the external model [{_options.Model}]");
    }

    /// <summary>Model and parameters; never a key or an address.</summary>
    public string Identity => _request.Identity;

    /// <summary>Creates the model behind an OpenAI-compatible address; nothing is sent before the first row.</summary>
    /// <param name="address">Base address, such as https://api.openai.com/v1; absolute, http or https. Pictures are sent there.</param>
    /// <param name="key">The key; null: that of <see cref="KeyVariable"/>. It reaches no log, file or report.</param>
    /// <param name="options">How it is asked; null for the defaults.</param>
    /// <param name="time">The clock of time-outs and backoff.</param>
    /// <exception cref="ArgumentException">
    /// The address is no absolute http address, holds a user name, or is http to another machine without
    /// <see cref="ExternalModelOptions.AllowHttp"/>; or there is no key, or one that no header can hold.
    /// </exception>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of range; all that are, are named.</exception>
    public static ExternalModel Create(Uri address, string? key = null, ExternalModelOptions? options = null, TimeProvider? time = null)
    {
        ArgumentNullException.ThrowIfNull(address);
        OpenAiChat.CheckAddress(address, options?.AllowHttp ?? false);
        key ??= Environment.GetEnvironmentVariable(KeyVariable);
        if (string.IsNullOrWhiteSpace(key))
            throw new ArgumentException(
                $"key: expected the external model's key, got none (set {KeyVariable}; any text for a server that asks for none)",
                nameof(key));
        OpenAiChat.CheckKey(key);
        ExternalModelOptions valid = Checked(options);
        return new ExternalModel(OpenAiChat.Create(address, key, valid.Model, valid.LeaveOut), valid, time);
    }

    /// <summary>Answers rows, several at once inside the bounds, in the order given.</summary>
    /// <param name="rows">Rows that were read with their pictures.</param>
    /// <param name="cancellationToken">Ends it at once.</param>
    /// <exception cref="ChatStoppedException">A fault that every further row would meet (wrong key, unknown model, no quota).</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public async Task<IReadOnlyList<ExternalAnswer>> AnswerAsync(
        IReadOnlyList<PathologyRow> rows, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(rows);
        ExternalAnswer[] answers = new ExternalAnswer[rows.Count];
        await AnswerAsync(rows, (index, answer) => answers[index] = answer, cancellationToken).ConfigureAwait(false);
        return answers;
    }

    /// <summary>Answers rows and reports each answer as it comes.</summary>
    /// <param name="rows">Rows that were read with their pictures.</param>
    /// <param name="report">Receives each answer with its row's place in the list, on several threads.</param>
    /// <param name="cancellationToken">Ends it at once.</param>
    /// <exception cref="ChatStoppedException">A fault that every further row would meet too.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public Task AnswerAsync(IReadOnlyList<PathologyRow> rows, Action<int, ExternalAnswer> report, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(rows);
        ArgumentNullException.ThrowIfNull(report);
        ParallelOptions bounds = new() { MaxDegreeOfParallelism = _options.Concurrency, CancellationToken = cancellationToken };
        return Parallel.ForAsync(0, rows.Count, bounds, async (index, token) =>
            report(index, await AnswerAsync(rows[index], token).ConfigureAwait(false)));
    }

    /// <summary>
    /// Adds <c>Response</c>, <c>Reasoning</c>, <c>PredictedAnswer</c>, <c>ResponseTokenCount</c> (0 where the server does not say),
    /// <c>Truncated</c> and <c>Failure</c> (why a row is unanswered; empty where it is answered). Nobody is asked until a value is.
    /// </summary>
    /// <param name="input">Rows with pictures and questions.</param>
    /// <exception cref="ArgumentOutOfRangeException">A column is missing or of another type.</exception>
    public IDataView Transform(IDataView input)
    {
        ArgumentNullException.ThrowIfNull(input);
        PathologySchema.Check(input.Schema, PathologyRowNeeds.Image);
        MappedColumns<ExternalAnswer> columns = MappedColumns<ExternalAnswer>.Append(input.Schema, ExternalColumns.All);
        return new LookAheadView<PathologyRow, ExternalAnswer>(input, columns, RowLookAhead.Of(
            // ML.NET's getters are synchronous
            _options.Concurrency, rows => AnswerAsync(rows).ConfigureAwait(false).GetAwaiter().GetResult()));
    }

    private static ExternalModelOptions Checked(ExternalModelOptions? options) =>
        OptionRules.Validated((options ?? new ExternalModelOptions()).Copy());

    private async Task<ExternalAnswer> AnswerAsync(PathologyRow row, CancellationToken cancellationToken)
    {
        ChatOutcome<ChatResponse> outcome =
            await _chat.AskAsync(MessagesOf(row), _request.Create, Read, beforeRequest: null, cancellationToken).ConfigureAwait(false);
        if (outcome.Value is not { } response)
            return new ExternalAnswer("", "", "", null, IsTruncated: false, outcome.Failure, outcome.Requests) { Detail = outcome.Detail };
        AnswerReading reading = row.Scorer.ReadAnswer(response.Text);
        string predicted = row.Question.Options.Count > 0 ? reading.Option : reading.Body;
        return new ExternalAnswer(response.Text, reading.Reasoning, predicted, checked((int?)response.Usage?.OutputTokenCount),
            response.FinishReason == ChatFinishReason.Length, null, outcome.Requests);
    }

    private List<ChatMessage> MessagesOf(PathologyRow row)
    {
        DataContent picture = new(ChatPicture.Encode(row.RequiredPicture), ChatPicture.MediaType);
        ChatMessage user = new(ChatRole.User, [picture, new TextContent(_template.UserText(row.Question))]);
        return _template.System.Length > 0 ? [new ChatMessage(ChatRole.System, _template.System), user] : [user];
    }

    // A reply without a word is no answer, unless the model spent its whole budget on it.
    private static ChatResponse Read(ChatResponse response) =>
        string.IsNullOrWhiteSpace(response.Text) && response.FinishReason != ChatFinishReason.Length
            ? throw new InvalidReplyException("the reply is empty")
            : response;
}
