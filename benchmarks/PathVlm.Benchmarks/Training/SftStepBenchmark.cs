using PathVlm.Benchmarks.Measuring;
using PathVlm.Benchmarks.Padded;
using PathVlm.Benchmarks.Shapes;
using PathVlm.MLNet.Training.Loop;
using PathVlm.MLNet.Training.Options;
using PathVlm.MLNet.Training.Sft;
using PathVlm.Modeling;

namespace PathVlm.Benchmarks.Training;

/// <summary>
/// A supervised step in the first epoch (pictures encoded) and in the second (features kept), against the padded schedule.
/// </summary>
internal static class SftStepBenchmark
{
    /// <summary>Measures.</summary>
    public static void Run(BenchmarkContext context)
    {
        BenchShape shape = context.Pick(BenchShape.Tiny, BenchShape.Quick, BenchShape.Full);
        using Qwen25VlModel model = BenchModels.Policy(shape), initial = model.Clone();
        MadeUpRows rows = new(shape);
        int steps = 1 + context.Repeats(4, 3);
        SupervisedExample[] examples = [.. Enumerable.Range(0, steps * shape.SupervisedRows).Select(rows.Example)];
        PathologySftOptions options = new() { BatchSize = shape.SupervisedRows, Epochs = 2, MaxSteps = null, Shuffle = false };
        ProcessMemory.ResetPeak();
        StepTimes times = new(context.Machine);
        TrainingResult result = new SupervisedTrainer(model, options).Train(examples, progress: times);
        long peak = ProcessMemory.PeakBytes, encoded = model.Counters.EncodedPictures;
        if (encoded != examples.Length)
            throw new UnequalResultException($"sft-step: {encoded} pictures encoded in two epochs of {examples.Length} distinct ones.");

        (double loss, double norm) = (0, 0);
        Sample usual = Sample.Of(context.Machine, context.Pick(1, 2, 1), () =>
        {
            model.CopyWeightsFrom(initial);
            (loss, norm) = PaddedSupervisedStep.Run(model, examples[..shape.SupervisedRows], options);
        });
        UnequalResultException.ThrowUnlessClose("sft-step, loss", result.Log[0]["loss"], loss, 2e-4);
        UnequalResultException.ThrowUnlessClose("sft-step, grad_norm", result.Log[0]["grad_norm"], norm, 1e-3);
        Add("first epoch, pictures encoded", new Sample([.. times.Seconds.Skip(1).Take(steps - 1)]), encodes: true);
        Add("second epoch, features kept", new Sample([.. times.Seconds.Skip(steps)]), encodes: false);

        void Add(string name, Sample time, bool encodes)
        {
            int prompt = shape.PromptTokens(shape.GridSides[0]);
            context.Table.Add(new ResultRow("sft-step", $"{shape.SupervisedRows} x {prompt} + {shape.AnswerTokens}, {name}", time)
            {
                Figure = $"{context.Table.Equivalents(time.Median):F0} equivalents",
                Goal = context.Pick("", "", "1,600 (1,900)"),
                NecessaryOperations = new NecessaryWork(shape.Model).SupervisedStep(
                    shape.SupervisedRows, prompt, shape.AnswerTokens, shape.GridSides[0], encodes),
                PeakBytes = peak,
                RatioToUsual = usual.Median / time.Median,
            });
        }
    }

    /// <summary>Seconds between log lines, without the probes between them.</summary>
    private sealed class StepTimes(Machine machine) : IProgress<TrainingProgress>
    {
        private double _last = Clock.Now;

        public List<double> Seconds { get; } = [];

        public void Report(TrainingProgress value)
        {
            Seconds.Add(Clock.Now - _last);
            machine.Probe();
            _last = Clock.Now;
        }
    }
}
