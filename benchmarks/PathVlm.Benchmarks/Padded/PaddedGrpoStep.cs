using PathVlm.Benchmarks.Measuring;
using PathVlm.MLNet.Training.Grpo.Losses;
using PathVlm.MLNet.Training.Grpo.Options;
using PathVlm.MLNet.Training.Grpo.Rollouts;
using PathVlm.MLNet.Training.Loop;
using PathVlm.Modeling;
using PathVlm.Modeling.Generation;
using PathVlm.Modeling.Generation.Decoding;
using PathVlm.Modeling.Generation.Sampling;
using TorchSharp;
using static TorchSharp.torch;

namespace PathVlm.Benchmarks.Padded;

/// <summary>
/// A GRPO step in the padded schedule, a group a micro-batch: completions are sampled with a prefill each, in plain libtorch operations
/// and to the longest; reference and policy score padded rows. The loss is that of given completions, so that it can be compared.
/// </summary>
internal sealed class PaddedGrpoStep(Qwen25VlModel model, Qwen25VlModel reference, GrpoOptions options, IReadOnlyCollection<int> suppressed)
{
    /// <summary>Makes the step of a generation batch on the model's present weights.</summary>
    /// <param name="batch">Prompts, completions and advantages.</param>
    /// <param name="clock">Told the phases.</param>
    /// <returns>Loss, and gradient norm before clipping.</returns>
    public (double Loss, double GradientNorm) Run(GenerationBatch batch, PhaseClock clock)
    {
        using DisposeScope scope = NewDisposeScope();
        PaddedRow[][] groups = [.. Enumerable.Range(0, batch.Rollouts.Count)
            .Select(row => new PaddedRow(batch.PromptOf(row).TokenIds, batch.Rollouts[row].TokenIds, batch.PromptOf(row).Pictures[0]))
            .Chunk(batch.GroupSize)];
        Tensor ids = tensor(suppressed.Select(id => (long)id).ToArray());
        model.Parameters.Train();
        using PolicyUpdater updater = new(model.Parameters, options.AdamW, options.MaxGradientNorm);
        clock.Restart();
        foreach (PaddedRow[] group in groups) Sample(group);
        clock.Mark("rollout");
        Tensor[] kept = [.. groups.Select(group => Score(reference, group, ids))];
        clock.Mark("reference");
        updater.ZeroGradients();
        double loss = 0;
        for (int i = 0; i < groups.Length; i++)
            loss += ForwardBackward(groups[i], kept[i], [.. batch.Advantages.Advantages.Skip(i * batch.GroupSize).Take(batch.GroupSize)],
                ids, new LossWindow(groups.Length, groups.Length, batch.LossTokens, options.MaxCompletionLength));
        clock.Mark("loss");
        UpdateOutcome outcome = updater.Apply(options.LearningRate, loss);
        clock.Mark("update");
        model.Parameters.Freeze();
        return (loss, outcome.GradientNorm);
    }

    private void Sample(PaddedRow[] rows)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor features = PaddedPass.Features(model, rows);
        long each = features.size(0) / rows.Length;
        using BatchedGenerator generator =
            new(model, [], suppressed, new GeneratorOptions { RowLimit = rows.Length, Backend = DecodeBackend.Torch });
        generator.Generate(
            rows.Select((row, i) => new GenerationPrompt(row.Prompt)
            {
                Grids = [row.Picture.Grid], ImageFeatures = features.narrow(0, i * each, each),
            }),
            1, new SamplingOptions { Temperature = options.Temperature, MaxNewTokens = rows.Max(row => row.Answer.Count) });
    }

    private Tensor Score(Qwen25VlModel policy, PaddedRow[] rows, Tensor ids)
    {
        using IDisposable none = no_grad();
        using DisposeScope scope = NewDisposeScope();
        return PaddedPass.LogProbabilities(policy, rows, ids, options.Temperature).MoveToOuterDisposeScope();
    }

    private double ForwardBackward(PaddedRow[] rows, Tensor referenceScores, float[] advantages, Tensor ids, LossWindow window)
    {
        using DisposeScope scope = NewDisposeScope();
        PaddedRows padded = new(rows.Select(row => row.Answer.Count));
        Tensor scores = padded.Spread(PaddedPass.LogProbabilities(model, rows, ids, options.Temperature));
        LossInputs inputs = new(
            scores, scores.detach(), padded.Spread(referenceScores), tensor(advantages, [rows.Length, 1]),
            padded.Mask(_ => true, model.Device));
        Tensor loss = PolicyLoss.Create(options.LossType, PolicyLossSettings.From(options)).Compute(inputs, window).Loss;
        loss.backward();
        return loss.item<float>();
    }
}
