using PathVlm.MLNet.Tests.Training.Support;
using PathVlm.MLNet.Training.Grpo.Options;
using PathVlm.MLNet.Training.Grpo.Scoring;
using PathVlm.MLNet.Training.Grpo;
using PathVlm.MLNet.Training.Loop;
using PathVlm.MLNet.Training.Options;
using PathVlm.Modeling.Adapters;
using PathVlm.Modeling.Optimization;
using PathVlm.Modeling;
using TorchSharp;
using static TorchSharp.torch;

namespace PathVlm.MLNet.Tests.Training.Grpo;

/// <summary>The reference policy of a run that trains an adapter.</summary>
public sealed class LoraReferenceTests
{
    [Fact]
    public void ItSharesTheBaseAndKeepsTheAdapterThatTheStageBeganWith()
    {
        using Qwen25VlModel plain = TinyModel.Create();
        using Qwen25VlModel policy = plain.WithAdapter(Adapter(changes: true));
        using ReferencePolicy reference = new(policy, unchanging: null, moves: false);
        Assert.Same(policy.Parameters, reference.Model.Parameters);
        float[] began = policy.Adapter!.Values.data<float>().ToArray();
        using (no_grad()) policy.Adapter.Values.mul_(-1);
        Assert.Equal(began, reference.Model.Adapter!.Values.data<float>().ToArray());
    }

    [Fact]
    public void ThereIsNoAdapterWhereThePolicyBeganWithoutOne()
    {
        using Qwen25VlModel plain = TinyModel.Create();
        using Qwen25VlModel policy = plain.WithAdapter(Adapter(changes: false));
        using ReferencePolicy reference = new(policy, unchanging: null, moves: false);
        Assert.Null(reference.Model.Adapter);
    }

    [Fact]
    public void SyncMovesItsAdapterAlone()
    {
        using Qwen25VlModel plain = TinyModel.Create();
        float[] weights = TinyModel.WeightsOf(plain);
        using Qwen25VlModel policy = plain.WithAdapter(Adapter(changes: false));
        using ReferencePolicy reference = new(policy, unchanging: plain, moves: true);
        using (no_grad()) policy.Adapter!.Values.fill_(1);
        float[] before = reference.Model.Adapter!.Values.data<float>().ToArray();
        reference.Sync(policy, 0.25);
        float[] after = reference.Model.Adapter.Values.data<float>().ToArray();
        for (int i = 0; i < after.Length; i++) Assert.Equal((0.75f * before[i]) + 0.25f, after[i], 1e-6f);
        Assert.Equal(weights, TinyModel.WeightsOf(plain));
    }

    [Fact]
    public void TheFirstStepsKlIsZeroAndLaterOnesAreNot()
    {
        using DisposeScope scope = NewDisposeScope();
        using Qwen25VlModel plain = TinyModel.Create();
        using Qwen25VlModel policy = plain.WithAdapter(Adapter(changes: true));
        ScriptedRollouts script = new();
        GrpoOptions options = new()
        {
            GroupSize = 2, BatchSize = 4, MaxSteps = 3, LearningRate = 5e-2, Beta = 0.1, Scheduler = LearningRateScheduler.Constant,
            Precision = TrainingPrecision.Float32, Lora = policy.Adapter!.Options, Recompute = Recomputation.Layers,
        };
        TrainingResult result = new GrpoTrainer(policy, options, script, script).Train(TinyModel.Prompts(8));
        Assert.Equal(0, result.Log[0]["kl"], 1e-7);
        Assert.True(result.Log[2]["kl"] > 1e-5, $"kl {result.Log[2]["kl"]}");
    }

    private static LoraAdapter Adapter(bool changes)
    {
        LoraAdapter adapter = LoraAdapter.Create(TinyModel.Configuration, new LoraOptions { Rank = 2, Alpha = 4 }, 3);
        using IDisposable none = no_grad();
        if (changes) adapter.Values.add_(0.01);
        return adapter;
    }
}
