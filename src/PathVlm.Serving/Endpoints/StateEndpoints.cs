using System.Globalization;
using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Hosting;
using PathVlm.MLNet.Inference.Batching;
using PathVlm.Serving.Protocol;

namespace PathVlm.Serving.Endpoints;

/// <summary><c>GET /health</c> and <c>GET /metrics</c>: numbers alone, in Prometheus's text form.</summary>
internal sealed class StateEndpoints(PathologyAnswerer answerer, IHostApplicationLifetime lifetime)
{
    /// <summary>200 while requests are taken.</summary>
    public Task HealthAsync(HttpContext context) => lifetime.ApplicationStopping.IsCancellationRequested
        ? throw new RequestFaultException(503, "the server is stopping", null, "stopping")
        : context.Response.WriteAsJsonAsync(new { status = "ok" }, context.RequestAborted);

    /// <summary>What was done and is being done.</summary>
    public Task MetricsAsync(HttpContext context)
    {
        BatchStatistics now = answerer.Statistics;
        StringBuilder text = new();
        Add("requests_waiting", "gauge", "Requests that wait for a place in the batch.", now.Waiting);
        Add("rows_running", "gauge", "Completions being decoded.", now.RunningRows);
        Add("rows_limit", "gauge", "Completions that can be decoded at a time.", answerer.RowLimit);
        Add("requests_answered_total", "counter", "Requests answered to their end.", now.Answered);
        Add("requests_cancelled_total", "counter", "Requests given up by their callers.", now.Cancelled);
        Add("requests_failed_total", "counter", "Requests that ended in a fault.", now.Failed);
        Add("requests_refused_total", "counter", "Requests refused as the queue was full.", now.Refused);
        Add("prompt_tokens_total", "counter", "Prompt tokens read.", now.PromptTokens);
        Add("completion_tokens_total", "counter", "Tokens chosen.", now.CompletionTokens);
        Add("process_memory_bytes", "gauge", "Resident memory of the process.", Environment.WorkingSet);
        context.Response.ContentType = "text/plain; version=0.0.4; charset=utf-8";
        return context.Response.WriteAsync(text.ToString(), context.RequestAborted);

        void Add(string name, string type, string help, long value) => text.Append(
            CultureInfo.InvariantCulture,
            $"# HELP pathvlm_{name} {help}\n# TYPE pathvlm_{name} {type}\npathvlm_{name} {value}\n");
    }
}
