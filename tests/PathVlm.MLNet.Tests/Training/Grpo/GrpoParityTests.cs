using System.Text.Json;
using PathVlm.MLNet.Tests.Training.Support;
using PathVlm.MLNet.Training.Grpo;
using PathVlm.MLNet.Training.Grpo.Rollouts;
using PathVlm.MLNet.Training.Loop;
using PathVlm.Modeling;
using PathVlm.Testing;

namespace PathVlm.MLNet.Tests.Training.Grpo;

/// <summary>
/// Every recorded GRPOTrainer run of the set: advantages, old and reference log-probabilities, loss of each micro-batch, log lines, final
/// weights.
/// </summary>
public sealed class GrpoParityTests
{
    public static TheoryData<string> Runs => ReferenceSet.NamesAsTheory("grpo", "*.json");

    [Theory]
    [MemberData(nameof(Runs))]
    public void TheRunIsTheReferences(string run)
    {
        using RecordedGrpoRun recorded = new(run);
        TrainingFixture fixture = recorded.Fixture;
        using Qwen25VlModel model = fixture.LoadModel();
        List<double> losses = [];
        GrpoTrainer trainer = new(model, recorded.Options(), recorded, recorded)
        {
            Observer = new RecordingObserver
            {
                RowsOfParts = recorded.RowsOfParts,
                OnSampled = batch => AssertGeneration(fixture, batch, $"{run} generation {batch.Number}"),
                OnMicroBatch = losses.Add,
            },
        };
        TrainingResult result = trainer.Train(recorded.Prompts());
        Assert.Equal(StopReason.Completed, result.Reason);
        AssertLosses(fixture, losses, run);
        JsonElement[] steps = [.. fixture.Json.GetProperty("steps").EnumerateArray()];
        Assert.Equal(steps.Length, result.Log.Count);
        for (int i = 0; i < steps.Length; i++) TrainingFixture.AssertMetrics(steps[i], result.Log[i], $"{run} step {i + 1}");
        fixture.AssertFinalWeights(model);
    }

    private static void AssertGeneration(TrainingFixture fixture, GenerationBatch batch, string where)
    {
        string prefix = $"generation.{batch.Number}.";
        float[] advantages = fixture.Floats(prefix + "advantages");
        for (int row = 0; row < advantages.Length; row++)
            TrainingFixture.AssertClose(advantages[row], batch.Advantages.Advantages[row], 2e-4, 1e-6, $"{where}, advantage {row}");
        Assert.Equal(fixture.Integers(prefix + "num_items_in_batch")[0], batch.LossTokens);
        AssertLogProbabilities(fixture, prefix + "old_per_token_logps", batch, batch.OldLogProbabilities, where);
        AssertLogProbabilities(fixture, prefix + "ref_per_token_logps", batch, batch.ReferenceLogProbabilities, where);
    }

    private static void AssertLogProbabilities(TrainingFixture fixture, string name, GenerationBatch batch, float[][]? found, string where)
    {
        bool recorded = fixture.Tensors.Entries.ContainsKey(name);
        Assert.True(recorded == found is not null, $"{where}: {name} recorded: {recorded}, computed: {found is not null}");
        if (!recorded) return;
        float[] expected = fixture.Floats(name);
        int width = (int)fixture.Tensors.Entries[name].Shape[1];
        double tolerance = LogProbabilityTolerance(fixture, batch);
        for (int row = 0; row < batch.Rollouts.Count; row++)
            for (int token = 0; token < batch.Rollouts[row].TokenIds.Count; token++)
                TrainingFixture.AssertClose(
                    expected[row * width + token], found![row][token], 0, tolerance, $"{where}, {name} [{row}, {token}]");
    }

    // Adam's first steps turn a gradient that is rounding noise into a step of the whole rate, so that single weights may differ by the
    // rate
    // times the steps done; 1e-4 is for the weights both started from.
    private static double LogProbabilityTolerance(TrainingFixture fixture, GenerationBatch batch)
    {
        JsonElement settings = fixture.Settings;
        int microBatches = settings.GetProperty("steps_per_generation").GetInt32() * settings.GetProperty("num_iterations").GetInt32();
        double stepsDone = batch.Number * microBatches / (double)settings.GetProperty("gradient_accumulation_steps").GetInt32();
        return 1e-4 + (0.1 * stepsDone * settings.GetProperty("learning_rate").GetDouble());
    }

    private static void AssertLosses(TrainingFixture fixture, List<double> losses, string run)
    {
        JsonElement[] batches = [.. fixture.Json.GetProperty("micro_batches").EnumerateArray()];
        Assert.Equal(batches.Length, losses.Count);
        for (int i = 0; i < batches.Length; i++)
            TrainingFixture.AssertClose(
                batches[i].GetProperty("loss").GetDouble(), losses[i], 2e-4, 1e-6, $"{run} loss of micro-batch {i}");
    }
}
