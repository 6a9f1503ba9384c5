using Microsoft.Extensions.AI;
using PathVlm.MLNet.Chat;
using PathVlm.MLNet.Chat.Faults;
using PathVlm.MLNet.Judging.Messages;
using PathVlm.MLNet.Judging.Protocol;
using PathVlm.Modeling.Options;

namespace PathVlm.MLNet.Judging.Models;

/// <summary>
/// A judge behind a chat model: at most <see cref="ChatJudgeOptions.MaxRequests"/> requests and <see cref="ChatJudgeOptions.ReviewTime"/>
/// for one review, asked through <see cref="BoundedChat"/>.
/// </summary>
public sealed class ChatJudge : IProcessJudge
{
    private readonly BoundedChat _chat;
    private readonly ChatRequestOptions _request;

    /// <summary>Creates a judge over any chat client; its own retries must be off.</summary>
    /// <param name="client">The client.</param>
    /// <param name="options">How it is asked; copied. Null for the defaults.</param>
    /// <param name="time">The clock of time-outs and backoff; null for the system's.</param>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of range; all that are, are named.</exception>
    public ChatJudge(IChatClient client, ChatJudgeOptions? options = null, TimeProvider? time = null)
    {
        ArgumentNullException.ThrowIfNull(client);
        ChatJudgeOptions valid = OptionRules.Validated((options ?? new ChatJudgeOptions()).Copy());
        _request = new ChatRequestOptions(valid.Model, valid.Temperature, valid.Seed, valid.MaxOutputTokens, valid.LeaveOut);
        ChatBounds bounds = new(valid.MaxRequests, valid.ReviewTime, valid.RequestTime, valid.Backoff);
        _chat = new BoundedChat(client, valid.Model, bounds, time ?? TimeProvider.System, "the judge");
    }

    /// <inheritdoc/>
    public string Identity => _request.Identity + (SendsSchema ? "" : SendsObject ? " format=json_object" : " format=text");

    private bool SendsSchema => !_request.LeftOut.HasFlag(ChatParameters.JsonSchema);

    private bool SendsObject => !SendsSchema && !_request.LeftOut.HasFlag(ChatParameters.JsonObject);

    /// <inheritdoc/>
    public Task<JudgeReply> ReviewAsync(ProcessReviewRequest request, CancellationToken cancellationToken) =>
        ReviewAsync(request, _ => Task.CompletedTask, cancellationToken);

    /// <inheritdoc/>
    public async Task<JudgeReply> ReviewAsync(
        ProcessReviewRequest request, Func<CancellationToken, Task> beforeRequest, CancellationToken cancellationToken)
    {
        ChatOutcome<ReviewFindings> outcome = await AskAsync(request, beforeRequest, cancellationToken).ConfigureAwait(false);
        if (outcome.Value is { UnableToJudge: null } findings)
            return new JudgeReply(findings, null, outcome.RawReply, outcome.Requests, outcome.InputTokens, outcome.OutputTokens);
        MissingCause cause = outcome.Failure?.ToMissingCause() ?? MissingCause.UnableToJudge;
        return JudgeReply.WithoutFindings(cause, outcome.Requests, outcome.InputTokens, outcome.OutputTokens, outcome.RawReply)
            with { Detail = outcome.Detail ?? OneLine.From(outcome.Value?.UnableToJudge ?? "") };
    }

    private async Task<ChatOutcome<ReviewFindings>> AskAsync(
        ProcessReviewRequest request, Func<CancellationToken, Task> beforeRequest, CancellationToken cancellationToken)
    {
        try
        {
            IList<ChatMessage> messages = ReviewMessages.Create(request, withSchema: !SendsSchema);
            return await _chat.AskAsync(messages, OptionsOf, Read, beforeRequest, cancellationToken).ConfigureAwait(false);
        }
        catch (ChatStoppedException stopped)
        {
            throw new JudgeStoppedException(stopped.Message, stopped);
        }
    }

    private ChatOptions OptionsOf(bool largerBudget)
    {
        ChatOptions options = _request.Create(largerBudget);
        if (SendsSchema)
        {
            options.ResponseFormat = ChatResponseFormat.ForJsonSchema(ReviewSchema.Json, ReviewSchema.Name);
            options.AdditionalProperties = new AdditionalPropertiesDictionary { ["strict"] = true };
        }
        else if (SendsObject)
        {
            options.ResponseFormat = ChatResponseFormat.Json;
        }

        return options;
    }

    private static ReviewFindings Read(ChatResponse response) => response.FinishReason == ChatFinishReason.Length
        ? throw new InvalidReplyException("the reply was cut at the output budget (finish_reason length)")
        : ReviewParser.Parse(response.Text);
}
