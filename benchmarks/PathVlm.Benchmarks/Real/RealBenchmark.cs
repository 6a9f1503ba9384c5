using System.Globalization;
using PathVlm.Benchmarks.Measuring;
using PathVlm.Benchmarks.Shapes;
using PathVlm.MLNet.Inference.Policies;
using PathVlm.MLNet.Training.Loop;
using PathVlm.MLNet.Training.Options;
using PathVlm.MLNet.Training.Sft;
using PathVlm.Modeling;
using PathVlm.Modeling.Adapters;
using PathVlm.Modeling.Forecasting;
using PathVlm.Modeling.Generation;
using PathVlm.Modeling.Generation.Decoding;
using PathVlm.Modeling.Generation.Sampling;
using TorchSharp;
using static TorchSharp.torch;

namespace PathVlm.Benchmarks.Real;

/// <summary>
/// Published sizes with random weights: vision, prefill, decoding, a LoRA fine-tuning step, a LoRA GRPO step; each with its share of the
/// device's matrix rate and read bandwidth, and the peak of memory. Adapters have rank 16; the base is frozen in bfloat16.
/// </summary>
internal sealed class RealBenchmark
{
    private const double PublishedPeak = 989e12; // Dense bfloat16 of an H100 SXM, by its data sheet.
    private readonly BenchmarkContext _context;
    private readonly RealShape _shape;
    private readonly DeviceMeter _meter;
    private readonly ScalarType _type;
    private readonly Device _device;
    private readonly NecessaryWork _work;
    private double _productRate;
    private double _bandwidth;

    private RealBenchmark(BenchmarkContext context, DeviceMeter meter, Device device)
    {
        (_context, _meter, _device) = (context, meter, device);
        RealArguments real = context.Arguments.Real;
        _shape = RealShape.Of(context.Arguments.Size == BenchmarkSize.Tiny ? "tiny" : real.Model, real.Case);
        if (real.Layers is { } layers) _shape = _shape.WithLayers(layers);
        _type = real.Float32 ? ScalarType.Float32 : ScalarType.BFloat16;
        _work = new NecessaryWork(_shape.Model);
    }

    private string Recomputed => _context.Arguments.Real is { Recompute: Recomputation.Layers, RecomputedLayers: { } count }
        ? $"{count} layers recomputed" : $"recompute {_context.Arguments.Real.Recompute}";

    private static LoraOptions Lora => new() { Rank = 16, Alpha = 32 };

    /// <summary>Measures.</summary>
    public static void Run(BenchmarkContext context)
    {
        Device device = DeviceChoice.Of(context.Arguments.Real.Device);
        using DeviceMeter meter = new(device);
        new RealBenchmark(context, meter, device).Run();
    }

    private void Run()
    {
        if (_context.Arguments.Size != BenchmarkSize.Tiny) (_productRate, _bandwidth) = (_meter.ProductRate(_type), _meter.ReadBandwidth());
        Note($"{_device}, {_type}: matrix product {_productRate / 1e12:F2} TFLOP/s, reading {_bandwidth / 1e9:F1} GB/s");
        _meter.Restart();
        double start = Clock.Now;
        Qwen25VlModel model = RandomModel.Create(_shape.Model, _type, _device);
        _meter.Synchronize();
        Note($"random weights: {model.Parameters.ParameterCount:N0} in {Clock.Now - start:F1} s, peak {_meter.PeakBytes / 1e9:F2} GB");
        if (_context.Arguments.Real.Load) model = Reload(model);
        using (model)
        {
            foreach (string part in _context.Arguments.Real.Parts) Measure(part, model);
        }
    }

    private void Measure(string part, Qwen25VlModel model)
    {
        if (part == "vision") Vision(model);
        else if (part == "prefill") Prefill(model);
        else if (part == "decode") foreach (int rows in _shape.DecodedRows) Decode(model, rows);
        else
        {
            using Qwen25VlModel adapted = model.WithAdapter(
                LoraAdapter.Create(model.Configuration, Lora, seed: 3, model.Type, model.Device));
            if (part == "sft") SupervisedStep(adapted);
            else if (part == "grpo") GrpoStep(adapted);
            else if (part == "pieces") RealPieces.Measure(adapted, _shape, _meter, line => Note($"{line}"));
            else foreach (int rows in _shape.DecodedRows) Decode(adapted, rows);
        }
    }

    /// <summary>Writes the weights to a folder and loads them straight to the device.</summary>
    private Qwen25VlModel Reload(Qwen25VlModel model)
    {
        string folder = Path.Combine(Path.GetTempPath(), $"pathvlm-real-{Environment.ProcessId}");
        try
        {
            double start = Clock.Now;
            using (model) RandomModel.Save(model, folder);
            Note($"written to a checkpoint folder in {Clock.Now - start:F1} s");
            _meter.Restart();
            start = Clock.Now;
            Qwen25VlModel loaded = Qwen25VlModel.Load(folder, new ModelLoadOptions { Type = _type, Device = _device });
            _meter.Synchronize();
            double seconds = Clock.Now - start;
            double bytes = loaded.Parameters.ParameterCount * loaded.Parameters.Values.element_size();
            Note($"loaded in {seconds:F1} s, {bytes / seconds / 1e9:F2} GB/s (files in the page cache)");
            Note($"peak of loading {_meter.PeakBytes / 1e9:F2} GB, weights {bytes / 1e9:F2} GB");
            return loaded;
        }
        finally
        {
            if (Directory.Exists(folder)) Directory.Delete(folder, recursive: true);
        }
    }

    private void Vision(Qwen25VlModel model)
    {
        _meter.Restart();
        Sample time = Times(2, () =>
        {
            using IDisposable none = no_grad();
            using DisposeScope scope = NewDisposeScope();
            model.EncodeImages(tensor(_shape.Patches(1), [_shape.Grid.PatchCount, _shape.Model.Vision.PatchValues]), [_shape.Grid]);
        });
        Add(
            "vision", $"1 picture, {_shape.PictureTokens} tokens", time, $"{1 / time.Median:F2} pictures/s",
            _work.Vision(_shape.Grid.Rows, _shape.Grid.Columns), null);
    }

    private void Prefill(Qwen25VlModel model)
    {
        _meter.Restart();
        using Tensor features = Features(model);
        using BatchedGenerator generator = new(model, [], []);
        Sample time = Times(2, () => generator.Generate([Prompt(0, features)], 1, new SamplingOptions { Greedy = true, MaxNewTokens = 1 }));
        Add(
            "prefill", $"1 x {_shape.PromptTokens}", time, $"{_shape.PromptTokens / time.Median:F0} tokens/s",
            _work.Prefill(_shape.PromptTokens), null);
    }

    private void Decode(Qwen25VlModel model, int rows)
    {
        const int WarmUp = 3;
        _meter.Restart();
        int group = Math.Min(rows, _shape.GroupSize);
        using Tensor features = Features(model);
        using BatchedGenerator generator = new(model, [], [], new GeneratorOptions { RowLimit = rows });
        List<double> stamps = [];
        generator.Generate(
            Enumerable.Range(0, rows / group).Select(i => Prompt(i, features)), group,
            new SamplingOptions { MaxNewTokens = _shape.DecodedSteps + 1 + WarmUp },
            progress: token =>
            {
                if (token is { PromptIndex: 0, SampleIndex: 0 }) stamps.Add(Clock.Now);
            });
        Sample time = new([.. stamps.Skip(1 + WarmUp).Zip(stamps.Skip(WarmUp), (end, begin) => end - begin)]);
        double weights = _work.TrunkWeights + _work.HeadWeights;
        double cached = (double)(rows / group) * _shape.PromptTokens * _work.CacheValues;
        string what = model.Adapter is null ? "decode" : "decode with adapter";
        Add(what, $"{rows} row(s), {rows / group} prompt(s) of {_shape.PromptTokens}", time, $"{rows / time.Median:F0} tokens/s",
            2 * rows * weights, (weights + cached) * model.Parameters.Values.element_size());
        Note($"{what}: {Forecast(MemoryPurpose.Generate, _shape.DecodedSteps + 1 + WarmUp, rows)}");
    }

    private void SupervisedStep(Qwen25VlModel model)
    {
        int steps = 1 + _context.Repeats(3, 1);
        PathologySftOptions options = new()
        {
            BatchSize = 1, MaxSteps = steps, Shuffle = false, Lora = Lora, Recompute = _context.Arguments.Real.Recompute,
            RecomputedLayers = _context.Arguments.Real.RecomputedLayers, LearningRate = 1e-4,
        };
        int[] prompt = _shape.PromptIds(0);
        SupervisedExample[] examples = [.. Enumerable.Range(0, steps).Select(i => new SupervisedExample(
            $"row {i}", [.. prompt, .. _shape.Ids(i + 50, _shape.AnswerTokens)], prompt.Length, [_shape.Picture(0)]))];
        StepTimes times = new(_meter);
        _meter.Restart();
        TrainingResult result = new SupervisedTrainer(model, options).Train(examples, progress: times);
        Sample time = new([.. times.Seconds.Skip(1)]);
        double operations = _work.AdaptedSupervisedStep(1, _shape.PromptTokens, _shape.AnswerTokens, Lora.Rank);
        Add(
            "LoRA SFT step", $"1 x {_shape.PromptTokens} + {_shape.AnswerTokens}, {Recomputed}", time,
            Utilisation(operations, time), operations, null);
        Note($"LoRA SFT: losses {Losses(result)}; {Forecast(MemoryPurpose.SupervisedFineTuning, _shape.AnswerTokens, 1)}");
    }

    private void GrpoStep(Qwen25VlModel model)
    {
        int steps = 1 + _context.Repeats(3, 1);
        PhaseClock clock = new();
        _meter.Restart();
        TrainingResult result = RealGrpo.Train(model, _shape, Lora, _context.Arguments.Real, steps, clock, _meter);
        Sample time = new(clock.Steps(skipped: 1)), loss = new(clock.Of("loss", skipped: 1));
        Sample rollout = new(clock.Of("rollout", skipped: 1));
        int[] completions = [.. Enumerable.Repeat(_shape.CompletionTokens, _shape.GroupSize)];
        double update = _work.AdaptedUpdate(_shape.PromptTokens, completions, Lora.Rank);
        double whole = update + _work.ReferencePass(_shape.PromptTokens, completions) + _work.Rollout(_shape.PromptTokens, completions)
            + _work.Vision(_shape.Grid.Rows, _shape.Grid.Columns);
        string shape = $"{_shape.PromptTokens} + {_shape.GroupSize} x {_shape.CompletionTokens}, {Recomputed}";
        Add("LoRA GRPO step", shape, time, "", whole, null);
        Add("LoRA GRPO update", shape, loss, Utilisation(update, loss), update, null);
        Note($"LoRA GRPO: phases of {steps - 1} step(s) after one: {clock.Describe(1)}");
        Note($"LoRA GRPO: rollout {completions.Sum() / rollout.Median:F0} tokens/s; losses {Losses(result)}");
        Note($"LoRA GRPO: {Forecast(MemoryPurpose.Grpo, _shape.CompletionTokens, _shape.GroupSize)}");
        double apart = result.Log[^1]["sampling/sampling_logp_difference/max"];
        Note($"LoRA GRPO: log-probabilities of sampler and trainer differ by {apart:G3} at most");
    }

    /// <summary>The peak measured since the meter was restarted beside the forecast.</summary>
    private string Forecast(MemoryPurpose purpose, int answer, int rows)
    {
        MemoryEstimate estimate = MemoryForecaster.Forecast(new MemoryWork
        {
            Model = _shape.Model, Purpose = purpose, Type = _type, IsGpu = _device.type == DeviceType.CUDA,
            Lora = purpose == MemoryPurpose.Generate ? null : Lora,
            RecomputesLayers = _context.Arguments.Real.Recompute == Recomputation.Layers,
            RecomputedLayers = _context.Arguments.Real.RecomputedLayers,
            PromptTokens = _shape.PromptTokens, AnswerTokens = answer, Rows = rows,
            GroupSize = purpose == MemoryPurpose.Grpo ? _shape.GroupSize : 1,
            DecodedRows = rows + (purpose == MemoryPurpose.SupervisedFineTuning ? 0 : 8),
            HasReference = purpose == MemoryPurpose.Grpo, PicturePatches = _shape.Grid.PatchCount, KeptPictures = 3,
        });
        double peak = _meter.PeakBytes;
        return string.Create(CultureInfo.InvariantCulture,
            $"peak {peak / 1e9:F2} GB, forecast {estimate.PeakBytes / 1e9:F2} GB "
            + $"({(estimate.PeakBytes - peak) / peak:+0.0%;-0.0%}): {estimate.Describe()}");
    }

    private GenerationPrompt Prompt(int number, Tensor features) =>
        new(_shape.PromptIds(number)) { Grids = [_shape.Grid], ImageFeatures = features, Row = number };

    private Tensor Features(Qwen25VlModel model)
    {
        using IDisposable none = no_grad();
        using Tensor patches = tensor(_shape.Patches(1), [_shape.Grid.PatchCount, _shape.Model.Vision.PatchValues]);
        return model.EncodeImages(patches, [_shape.Grid]).DetachFromDisposeScope();
    }

    private Sample Times(int repeats, Action work)
    {
        double[] seconds = new double[1 + _context.Repeats(repeats, 1)];
        for (int i = 0; i < seconds.Length; i++)
        {
            _meter.Synchronize();
            double start = Clock.Now;
            work();
            _meter.Synchronize();
            seconds[i] = Clock.Now - start;
        }

        return new Sample(seconds[1..]);
    }

    private void Add(string what, string name, Sample time, string figure, double operations, double? bytes)
    {
        string share = _productRate > 0
            ? string.Create(CultureInfo.InvariantCulture, $"{operations / time.Median / _productRate:P0} of the {_type} rate")
            : "";
        if (bytes is { } read && _bandwidth > 0)
            share += string.Create(CultureInfo.InvariantCulture, $", {read / time.Median / _bandwidth:P0} of read bandwidth");
        _context.Table.Add(new ResultRow("real", $"{what}: {name}", time)
        {
            Figure = string.Join("; ", new[] { figure, share }.Where(text => text.Length > 0)),
            PeakBytes = _meter.PeakBytes,
        });
    }

    private string Utilisation(double operations, Sample time)
    {
        double rate = operations / time.Median;
        return _device.type == DeviceType.CUDA
            ? string.Create(CultureInfo.InvariantCulture, $"{rate / 1e12:F0} TFLOP/s, MFU {rate / PublishedPeak:P1} of 989")
            : string.Create(CultureInfo.InvariantCulture, $"{rate / 1e9:F0} GFLOP/s");
    }

    private void Note(FormattableString text) => _context.Table.Note("real: " + FormattableString.Invariant(text));

    private static string Losses(TrainingResult result) =>
        string.Join(", ", result.Log.Select(line => line["loss"].ToString("G6", CultureInfo.InvariantCulture)));

    private sealed class StepTimes(DeviceMeter meter) : IProgress<TrainingProgress>
    {
        private double _last = Clock.Now;

        public List<double> Seconds { get; } = [];

        public void Report(TrainingProgress value)
        {
            meter.Synchronize();
            Seconds.Add(Clock.Now - _last);
            _last = Clock.Now;
        }
    }
}
