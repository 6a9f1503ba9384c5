using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.ML;
using PathVlm.MLNet.Inference.Answering;
using PathVlm.MLNet.Inference.Batching;
using PathVlm.MLNet.Inference.Clients;

namespace PathVlm.MLNet;

/// <summary>Adds <see cref="AddPathology"/> to service collections.</summary>
public static class PathologyServiceCollectionExtensions
{
    /// <summary>
    /// A model among a program's services: <see cref="PathologyTransformer"/>, <see cref="PathologyAnswerer"/> and
    /// <see cref="IChatClient"/>, one of each, made when first asked for and disposed with the services. The last two share one batch.
    /// </summary>
    /// <param name="services">The services.</param>
    /// <param name="modelPath">Checkpoint folder or zip; opened when a service is first asked for.</param>
    /// <param name="configure">Changes the options; null for the defaults.</param>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of range; all that are, are named.</exception>
    public static IServiceCollection AddPathology(
        this IServiceCollection services, string modelPath, Action<PathologyServiceOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentException.ThrowIfNullOrEmpty(modelPath);
        PathologyServiceOptions options = new();
        configure?.Invoke(options);
        options.Model.Validate();
        options.Chat.Validate();
        services.TryAddSingleton(_ => new MLContext().Pathology().Pretrained(modelPath, options.Model));
        services.TryAddSingleton(provider =>
            new PathologyAnswerer(provider.GetRequiredService<PathologyTransformer>().Policy, options.Chat.Batch));
        services.TryAddSingleton(provider => provider.GetRequiredService<PathologyAnswerer>().AsChatClient(options.Chat.ModelName));
        return services;
    }
}
