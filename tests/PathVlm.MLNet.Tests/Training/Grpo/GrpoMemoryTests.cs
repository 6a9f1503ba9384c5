using System.Diagnostics;
using PathVlm.MLNet.Tests.Training.Support;
using PathVlm.MLNet.Training.Grpo;
using PathVlm.MLNet.Training.Grpo.Options;
using PathVlm.MLNet.Training.Grpo.Rollouts;
using PathVlm.MLNet.Training.Loop;
using PathVlm.MLNet.Training.Options;
using PathVlm.Modeling;
using PathVlm.Modeling.Optimization;
using TorchSharp;

namespace PathVlm.MLNet.Tests.Training.Grpo;

/// <summary>Over two hundred steps nothing grows: tensors, managed memory, the process.</summary>
public sealed class GrpoMemoryTests
{
    private const int Steps = 200;
    private const int Settled = 80;
    private const double Mebibyte = 1024 * 1024;

    [Fact]
    public void LiveTensorsAndMemoryAreFlatOverTwoHundredSteps()
    {
        using Qwen25VlModel model = TinyModel.Create();
        GrpoOptions options = new()
        {
            MaxSteps = Steps, BatchSize = 8, LearningRate = 1e-3, Beta = 0.1, NumIterations = 2, MaxCompletionLength = 8, LoggingSteps = 20,
            Precision = TrainingPrecision.Float32, Scheduler = LearningRateScheduler.Constant,
        };
        using GeneratorRolloutSource source = new(model, options, [TinyModel.EndId], []);
        List<Reading> readings = [];
        TrainingResult result = new GrpoTrainer(model, options, source, new ScriptedRollouts()).Train(
            TinyModel.Prompts(2), new Recorder(line => readings.Add(Reading.Now(line.Step))));
        Assert.Equal((StopReason.Completed, Steps), (result.Reason, result.Steps));
        Reading[] later = [.. readings.Where(reading => reading.Step >= Settled)];
        Assert.Single(later.Select(reading => reading.LiveTensors).Distinct());
        Reading first = later[0], last = later[^1];
        Assert.True(last.ManagedBytes - first.ManagedBytes < 0.5 * Mebibyte,
            $"managed: {string.Join(", ", later.Select(reading => reading.ManagedBytes))}");
        // Of the whole test process, in which other tests may run at the same time.
        Assert.True(last.ProcessBytes - first.ProcessBytes < 16 * Mebibyte,
            $"process: {string.Join(", ", later.Select(reading => reading.ProcessBytes))}");
    }

    private sealed record Reading(long Step, long LiveTensors, long ManagedBytes, long ProcessBytes)
    {
        public static Reading Now(long step)
        {
            long managed = GC.GetTotalMemory(forceFullCollection: true);
            using Process process = Process.GetCurrentProcess();
            return new Reading(step, DisposeScopeManager.Statistics.ThreadTotalLiveCount, managed, process.WorkingSet64);
        }
    }
}
