using Microsoft.AspNetCore.Http;
using PathVlm.MLNet.Inference.Batching;
using PathVlm.MLNet.Inference.Clients;
using PathVlm.Serving.Limits;
using PathVlm.Serving.Protocol;

namespace PathVlm.Serving.Endpoints;

/// <summary><c>POST /v1/chat/completions</c>: whole or streamed.</summary>
internal sealed class ChatEndpoint(PathologyAnswerer answerer, string model, BodyReader bodies, TimeProvider clock)
{
    /// <summary>Answers a request.</summary>
    public async Task AnswerAsync(HttpContext context)
    {
        ChatRequest request = await bodies.ReadAsync(context, ChatRequestReader.From).ConfigureAwait(false);
        if (request.Options.ModelId is { } asked && asked != model)
            throw new RequestFaultException(404, $"model: expected [{model}], got another one", "model", "model_not_found");
        CompletionSettings settings = PathologyChatSettings.Read(request.Options, answerer.Policy.Decoding, model) with
        {
            Completions = request.Completions, ReportsEachToken = request.Streams,
        };
        using RunningCompletion running =
            await answerer.CompleteAsync(request.Messages, settings, context.RequestAborted).ConfigureAwait(false);
        ChatReply reply = new(request, model, answerer.Policy.Processor.Tokenizer, clock.GetUtcNow());
        if (request.Streams) await StreamAsync(context, request, running, reply).ConfigureAwait(false);
        else await WholeAsync(context, request, running, reply).ConfigureAwait(false);
    }

    private static async Task WholeAsync(HttpContext context, ChatRequest request, RunningCompletion running, ChatReply reply)
    {
        CompletionPart[] completions = new CompletionPart[request.Completions];
        await foreach (CompletionPart part in running.WithCancellation(context.RequestAborted).ConfigureAwait(false))
            completions[part.Completion] = part;
        context.Response.ContentType = "application/json";
        await context.Response.Body.WriteAsync(reply.Whole(completions, running.PromptTokenCount), context.RequestAborted)
            .ConfigureAwait(false);
    }

    private static async Task StreamAsync(HttpContext context, ChatRequest request, RunningCompletion running, ChatReply reply)
    {
        context.Response.ContentType = "text/event-stream";
        context.Response.Headers.CacheControl = "no-store";
        bool[] isFirst = [.. Enumerable.Repeat(true, request.Completions)];
        int tokens = 0;
        try
        {
            await foreach (CompletionPart part in running.WithCancellation(context.RequestAborted).ConfigureAwait(false))
            {
                tokens += part.Tokens.Count;
                if (part.Text.Length == 0 && part.End is null && !isFirst[part.Completion] && !request.LogProbabilities) continue;
                await SendAsync(context, reply.Part(part, isFirst[part.Completion])).ConfigureAwait(false);
                isFirst[part.Completion] = false;
            }
        }
        catch (Exception fault) when (RequestFaults.Of(fault) is { } refused)
        {
            // The status is sent already: the fault is told as an event, and the stream ends without its closing mark.
            await SendAsync(context, ErrorReply.Body(refused)).ConfigureAwait(false);
            return;
        }

        if (request.IncludesUsage) await SendAsync(context, reply.Usages(running.PromptTokenCount, tokens)).ConfigureAwait(false);
        await SendAsync(context, "[DONE]"u8.ToArray()).ConfigureAwait(false);
    }

    private static async Task SendAsync(HttpContext context, byte[] data)
    {
        byte[] frame = [.. "data: "u8, .. data, .. "\n\n"u8];
        await context.Response.Body.WriteAsync(frame, context.RequestAborted).ConfigureAwait(false);
        await context.Response.Body.FlushAsync(context.RequestAborted).ConfigureAwait(false);
    }
}
