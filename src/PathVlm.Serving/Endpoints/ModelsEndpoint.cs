using Microsoft.AspNetCore.Http;
using PathVlm.MLNet.Evaluation;
using PathVlm.MLNet.Inference.Batching;
using PathVlm.Serving.Protocol;

namespace PathVlm.Serving.Endpoints;

/// <summary><c>GET /v1/models</c> and <c>/v1/models/NAME</c>: the one model, with how it reads a question.</summary>
internal sealed class ModelsEndpoint(PathologyAnswerer answerer, string model, DateTimeOffset started)
{
    private object Model => new
    {
        id = model, @object = "model", created = started.ToUnixTimeSeconds(), owned_by = "pathvlm",
        user_template = answerer.Policy.Template.User, max_completion_tokens = answerer.MaxNewTokens, notice = ResearchNotice.Text,
    };

    /// <summary>The list.</summary>
    public Task ListAsync(HttpContext context) =>
        context.Response.WriteAsJsonAsync(new { @object = "list", data = new[] { Model } }, context.RequestAborted);

    /// <summary>One model.</summary>
    public Task FindAsync(HttpContext context) => context.Request.RouteValues["name"] as string == model
        ? context.Response.WriteAsJsonAsync(Model, context.RequestAborted)
        : throw new RequestFaultException(404, $"model: expected [{model}], got another one", "model", "model_not_found");
}
