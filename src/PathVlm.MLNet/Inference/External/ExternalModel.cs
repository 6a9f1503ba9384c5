using System.Globalization;
using Microsoft.Extensions.AI;
using Microsoft.ML;
using PathVlm.MLNet.Answers;
using PathVlm.MLNet.Chat;
using PathVlm.MLNet.Data.Rows;
using PathVlm.MLNet.Inference.Answering;
using PathVlm.MLNet.Inference.Policies;
using PathVlm.MLNet.Judging.Protocol;
using PathVlm.MLNet.Views;

namespace PathVlm.MLNet.Inference.External;

/// <summary>
/// A model that is not ours, behind a chat-completions address: asked with the same system text, picture and question as our models, read
/// by the same rules, inside the bounds of judge.md (one retry layer, replies of 1 MiB at most, no redirect followed). A row whose request
/// fails is unanswered and stays in every denominator; it is never left out. Safe for concurrent calls.
/// </summary>
public sealed class ExternalModel
{
    /// <summary>The environment variable that holds the key.</summary>
    public const string KeyVariable = "PATHVLM_EXTERNAL_KEY";

    private readonly ExternalModelOptions _options;
    private readonly PathologyPromptTemplate _template;
    private readonly BoundedChat _chat;

    /// <summary>Takes any chat client; its own retries must be off.</summary>
    /// <param name="client">The client.</param>
    /// <param name="options">How it is asked; copied. Null for the defaults.</param>
    /// <param name="time">The clock of time-outs and backoff; null for the system's.</param>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of range; all that are, are named.</exception>
    public ExternalModel(IChatClient client, ExternalModelOptions? options = null, TimeProvider? time = null)
    {
        ArgumentNullException.ThrowIfNull(client);
        _options = (options ?? new ExternalModelOptions()).Copy();
        _options.Validate();
        _template = _options.PromptTemplate ?? new PathologyPromptTemplate();
        ChatBounds bounds = new(_options.MaxRequests, _options.AnswerTime, _options.RequestTime, _options.Backoff);
        _chat = new BoundedChat(client, bounds, time ?? TimeProvider.System, $"the external model [{_options.Model}]");
    }

    /// <summary>Model and parameters; never a key or an address.</summary>
    public string Identity => string.Create(CultureInfo.InvariantCulture,
        $"{_options.Model} temperature={_options.Temperature} seed={_options.Seed} max_tokens={_options.MaxOutputTokens}");

    /// <summary>Creates the model behind an OpenAI-compatible address; nothing is sent before the first row.</summary>
    /// <param name="address">Base address, such as https://api.openai.com/v1; absolute, http or https. Pictures are sent there.</param>
    /// <param name="key">The key; null: that of <see cref="KeyVariable"/>. It reaches no log, file or report.</param>
    /// <param name="options">How it is asked; null for the defaults.</param>
    /// <param name="time">The clock of time-outs and backoff.</param>
    /// <exception cref="ArgumentException">The address is no absolute http address or holds a user name, or there is no key.</exception>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of range; all that are, are named.</exception>
    public static ExternalModel Create(Uri address, string? key = null, ExternalModelOptions? options = null, TimeProvider? time = null)
    {
        ArgumentNullException.ThrowIfNull(address);
        OpenAiChat.CheckAddress(address);
        key ??= Environment.GetEnvironmentVariable(KeyVariable);
        if (string.IsNullOrWhiteSpace(key))
            throw new ArgumentException($"key: got nothing, takes the external model's key (set {KeyVariable}; any text for a server that asks for none)", nameof(key));
        options ??= new ExternalModelOptions();
        options.Validate();
        return new ExternalModel(OpenAiChat.Create(address, key, options.Model), options, time);
    }

    /// <summary>Answers rows, several at once inside the bounds, in the order given.</summary>
    /// <param name="rows">Rows that were read with their pictures.</param>
    /// <param name="cancellationToken">Ends it at once.</param>
    /// <exception cref="JudgeStoppedException">A fault that every further row would meet too (wrong key, unknown model, no quota).</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public async Task<IReadOnlyList<ExternalAnswer>> AnswerAsync(IReadOnlyList<PathologyRow> rows, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(rows);
        ExternalAnswer[] answers = new ExternalAnswer[rows.Count];
        await AnswerAsync(rows, (index, answer) => answers[index] = answer, cancellationToken).ConfigureAwait(false);
        return answers;
    }

    /// <summary>Answers rows, several at once inside the bounds, and passes on each answer as it comes.</summary>
    /// <param name="rows">Rows that were read with their pictures.</param>
    /// <param name="onAnswer">Called with the row's index in the list and its answer, on several threads.</param>
    /// <param name="cancellationToken">Ends it at once.</param>
    /// <exception cref="JudgeStoppedException">A fault that every further row would meet too (wrong key, unknown model, no quota).</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public Task AnswerAsync(IReadOnlyList<PathologyRow> rows, Action<int, ExternalAnswer> onAnswer, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(rows);
        ArgumentNullException.ThrowIfNull(onAnswer);
        ParallelOptions bounds = new() { MaxDegreeOfParallelism = _options.Concurrency, CancellationToken = cancellationToken };
        return Parallel.ForAsync(0, rows.Count, bounds, async (index, token) => onAnswer(index, await AnswerAsync(rows[index], token).ConfigureAwait(false)));
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
            _options.Concurrency, rows => AnswerAsync(rows).ConfigureAwait(false).GetAwaiter().GetResult())); // ML.NET's getters are synchronous
    }

    private async Task<ExternalAnswer> AnswerAsync(PathologyRow row, CancellationToken cancellationToken)
    {
        ChatOutcome<ChatResponse> outcome = await _chat.AskAsync(MessagesOf(row), ChatOptionsOf, response => response, beforeRequest: null, cancellationToken).ConfigureAwait(false);
        if (outcome.Value is not { } response) return new ExternalAnswer("", "", "", null, IsTruncated: false, outcome.Missing, outcome.Requests);
        AnswerReading reading = row.Scorer.ReadAnswer(response.Text);
        string predicted = row.Question.Options.Count > 0 ? reading.Option : reading.Body;
        return new ExternalAnswer(response.Text, reading.Reasoning, predicted, checked((int?)response.Usage?.OutputTokenCount),
            response.FinishReason == ChatFinishReason.Length, null, outcome.Requests);
    }

    private List<ChatMessage> MessagesOf(PathologyRow row)
    {
        DataContent picture = new(JudgePicture.Encode(row.RequiredPicture), "image/png");
        ChatMessage user = new(ChatRole.User, [picture, new TextContent(_template.UserText(row.Question))]);
        return _template.System.Length > 0 ? [new ChatMessage(ChatRole.System, _template.System), user] : [user];
    }

    private ChatOptions ChatOptionsOf(bool largerBudget) => new()
    {
        ModelId = _options.Model,
        Temperature = _options.Temperature,
        Seed = _options.Seed,
        MaxOutputTokens = largerBudget ? _options.MaxOutputTokens * 2 : _options.MaxOutputTokens,
    };
}
