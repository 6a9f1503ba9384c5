using System.Globalization;
using Microsoft.Extensions.AI;
using PathVlm.MLNet.Chat;
using PathVlm.MLNet.Judging.Protocol;

namespace PathVlm.MLNet.Judging.Models;

/// <summary>
/// A judge behind a chat model: at most <see cref="ChatJudgeOptions.MaxRequests"/> requests and <see cref="ChatJudgeOptions.ReviewTime"/>
/// for one review, asked through <see cref="BoundedChat"/>.
/// </summary>
public sealed class ChatJudge : IProcessJudge
{
    private readonly BoundedChat _chat;
    private readonly ChatJudgeOptions _options;

    /// <summary>Creates a judge over any chat client; its own retries must be off.</summary>
    /// <param name="client">The client.</param>
    /// <param name="options">How it is asked; copied.</param>
    /// <param name="time">The clock of time-outs and backoff; the system's by default.</param>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of its range.</exception>
    public ChatJudge(IChatClient client, ChatJudgeOptions? options = null, TimeProvider? time = null)
    {
        options ??= new ChatJudgeOptions();
        options.Validate();
        _options = new ChatJudgeOptions
        {
            Model = options.Model, Temperature = options.Temperature, Seed = options.Seed, MaxOutputTokens = options.MaxOutputTokens,
            MaxRequests = options.MaxRequests, ReviewTime = options.ReviewTime, RequestTime = options.RequestTime, Backoff = options.Backoff,
        };
        ChatBounds bounds = new(options.MaxRequests, options.ReviewTime, options.RequestTime, options.Backoff);
        _chat = new BoundedChat(client, bounds, time ?? TimeProvider.System, "the judge");
        Identity = string.Create(CultureInfo.InvariantCulture,
            $"{options.Model} temperature={options.Temperature} seed={options.Seed} max_tokens={options.MaxOutputTokens}");
    }

    /// <inheritdoc/>
    public string Identity { get; }

    /// <inheritdoc/>
    public Task<JudgeReply> ReviewAsync(ProcessReviewRequest request, CancellationToken cancellationToken) =>
        ReviewAsync(request, _ => Task.CompletedTask, cancellationToken);

    /// <inheritdoc/>
    public async Task<JudgeReply> ReviewAsync(ProcessReviewRequest request, Func<CancellationToken, Task> beforeRequest, CancellationToken cancellationToken)
    {
        ChatOutcome<ReviewFindings> outcome =
            await _chat.AskAsync(ReviewMessages.For(request), ChatOptionsOf, Read, beforeRequest, cancellationToken).ConfigureAwait(false);
        return outcome.Value is { UnableToJudge: null } findings
            ? new JudgeReply(findings, null, outcome.RawReply, outcome.Requests, outcome.InputTokens, outcome.OutputTokens)
            : JudgeReply.WithoutFindings(
                outcome.Missing ?? MissingCause.UnableToJudge, outcome.Requests, outcome.InputTokens, outcome.OutputTokens, outcome.RawReply);
    }

    private ChatOptions ChatOptionsOf(bool largerBudget) => new()
    {
        ModelId = _options.Model,
        Temperature = _options.Temperature,
        Seed = _options.Seed,
        MaxOutputTokens = largerBudget ? _options.MaxOutputTokens * 2 : _options.MaxOutputTokens,
        ResponseFormat = ChatResponseFormat.ForJsonSchema(ReviewSchema.Json, ReviewSchema.Name),
        AdditionalProperties = new AdditionalPropertiesDictionary { ["strict"] = true },
    };

    private static ReviewFindings Read(ChatResponse response) => response.FinishReason == ChatFinishReason.Length
        ? throw new InvalidReviewException("the reply was cut at the output budget")
        : ReviewParser.Parse(response.Text);
}
