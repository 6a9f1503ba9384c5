using PathVlm.Modeling;
using PathVlm.Modeling.Numerics;
using TorchSharp;
using static TorchSharp.torch;

namespace PathVlm.MLNet.Training.Grpo.Scoring;

/// <summary>
/// The policy that the KL term holds on to: the weights at the run's start. It shares a model of the caller's that stays as it is, or
/// copies the policy; of a policy with an adapter it shares the weights and copies the adapter alone. TR-DPO (arXiv 2404.09656) moves a
/// copy: ref = alpha policy + (1 - alpha) ref.
/// </summary>
internal sealed class ReferencePolicy : IDisposable
{
    private readonly bool _owned;

    /// <summary>A reference.</summary>
    /// <param name="policy">The policy as it is now.</param>
    /// <param name="unchanging">A model with the same weights that nobody trains, or null.</param>
    /// <param name="moves">Whether it will be synced; then it is always a copy.</param>
    public ReferencePolicy(Qwen25VlModel policy, Qwen25VlModel? unchanging, bool moves)
    {
        _owned = unchanging is null || moves;
        Model = _owned ? Copy(policy, moves) : unchanging!;
    }

    /// <summary>The reference's model.</summary>
    public Qwen25VlModel Model { get; }

    /// <summary>Moves the reference towards the policy.</summary>
    public void Sync(Qwen25VlModel policy, double alpha)
    {
        using IDisposable noGradient = no_grad();
        using DisposeScope scope = NewDisposeScope();
        Model.Trained.Values.mul_(Scalars.Of(1 - alpha)).add_(policy.Trained.Values, Scalars.Of(alpha));
        Model.Trained.ValuesChanged();
    }

    /// <summary>What <see cref="Sync"/> moves; the model's own.</summary>
    public Tensor Values => Model.Trained.Values;

    /// <summary>Must be called after <see cref="Values"/> was written to.</summary>
    public void ValuesChanged() => Model.Trained.ValuesChanged();

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_owned) Model.Dispose();
    }

    // An adapter that has learnt nothing yet is none: the base alone computes the same, for less.
    private static Qwen25VlModel Copy(Qwen25VlModel policy, bool moves) => policy.Adapter switch
    {
        null => policy.Clone(),
        { } adapter when !moves && adapter.ChangesNothing() => policy.WithAdapter(null),
        { } adapter => policy.WithAdapter(adapter.Clone()),
    };
}
