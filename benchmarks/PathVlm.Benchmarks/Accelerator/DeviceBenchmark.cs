using System.Globalization;
using PathVlm.Benchmarks.Measuring;
using PathVlm.Modeling;
using PathVlm.Modeling.Configuration;
using PathVlm.Modeling.Generation;
using PathVlm.Modeling.Generation.Decoding;
using PathVlm.Modeling.Generation.Sampling;
using PathVlm.Modeling.Processing;
using PathVlm.Modeling.Sequences;
using TorchSharp;
using static TorchSharp.torch;

namespace PathVlm.Benchmarks.Accelerator;

/// <summary>A model of a published shape with random weights on a device: making it, encoding, prefill, decoding, a pass forward and back.</summary>
internal static class DeviceBenchmark
{
    public static void Run(BenchmarkContext context)
    {
        string name = context.Arguments.Model;
        torch.Device device = context.Arguments.Device == "cuda" ? CUDA : CPU;
        ModelConfiguration configuration = RealShapes.Of(name);
        int vocabulary = Math.Min(configuration.ImageTokenId, 100_000);
        Say($"cuda available {cuda.is_available()}, devices {cuda.device_count()}, cudnn {cuda.is_cudnn_available()}");
        Compare(device);
        double start = Clock.Now;
        using Qwen25VlModel model = Qwen25VlModel.Create(configuration, new ModelLoadOptions { Type = ScalarType.BFloat16, Device = device });
        using (no_grad())
        using (NewDisposeScope())
        {
            model.Parameters.Values.normal_(0, 0.02);
            foreach (Tensor weight in model.CheckpointTensors.Values.Where(weight => weight.dim() == 1)) weight.fill_(1);
        }
        Sync(device);
        Say($"{name}: {model.Parameters.ParameterCount:N0} parameters made on {device} in {Clock.Now - start:F2} s");
        Random random = new(1);
        (int rows, int columns) = name == "tiny" ? (8, 8) : (48, 64);
        ImageGrid grid = new(1, rows, columns);
        int pictureTokens = rows * columns / 4;
        using DisposeScope scope = NewDisposeScope();
        using Tensor patches = randn([rows * columns, configuration.Vision.PatchValues]);
        Tensor features = null!;
        for (int i = 0; i < 3; i++)
        {
            double begun = Clock.Now;
            features = model.EncodeImages(patches, [grid]);
            Sync(device);
            Say($"encode {rows * columns} patches: {Clock.Now - begun:F4} s");
        }
        int[] prompt = [.. Enumerable.Range(0, 120).Select(_ => random.Next(vocabulary)), configuration.VisionStartTokenId,
            .. Enumerable.Repeat(configuration.ImageTokenId, pictureTokens), configuration.VisionEndTokenId,
            .. Enumerable.Range(0, 134).Select(_ => random.Next(vocabulary))];
        int tokens = name == "tiny" ? 8 : 128;
        foreach ((int prompts, int each) in ((int, int)[])[(1, 1), (1, 1), (1, 4), (8, 4)])
        {
            using BatchedGenerator generator = new(model, [], [], new GeneratorOptions { RowLimit = prompts * each, PrefillTokenLimit = 8192 });
            List<double> stamps = [];
            double begun = Clock.Now;
            generator.Generate(
                Enumerable.Range(0, prompts).Select(_ => new GenerationPrompt(prompt) { Grids = [grid], ImageFeatures = features }),
                each, new SamplingOptions { MaxNewTokens = tokens }, progress: token =>
                {
                    if (token.PromptIndex == 0 && token.SampleIndex == 0) stamps.Add(Clock.Now);
                });
            double total = Clock.Now - begun;
            double[] steps = [.. stamps.Skip(1).Zip(stamps, (end, from) => end - from)];
            Say($"decode {prompts} x {each}: first token {stamps[0] - begun:F3} s, median step {1000 * Sample.MedianOf(steps):F2} ms, least {1000 * steps.Min():F2}, "
                + $"{prompts * each / Sample.MedianOf(steps):F0} tokens/s, in all {total:F2} s");
        }
        if (context.Arguments.Backward) Train(model, device, prompt, grid, features, name == "tiny" ? 6 : 256, vocabulary);
    }

    private static void Train(Qwen25VlModel model, torch.Device device, int[] prompt, ImageGrid grid, Tensor features, int completion, int vocabulary)
    {
        Random random = new(2);
        model.Parameters.Train();
        for (int i = 0; i < 3; i++)
        {
            using DisposeScope scope = NewDisposeScope();
            PackedSequencesBuilder builder = new(model.Configuration);
            int parent = builder.AddPrompt(prompt, [grid]);
            int[][] completions = [.. Enumerable.Range(0, 4).Select(_ => Enumerable.Range(0, completion).Select(_ => random.Next(vocabulary)).ToArray())];
            int[] segments = [.. completions.Select(ids => builder.AddCompletion(parent, ids))];
            double begun = Clock.Now;
            PackedSequences packed = builder.Build(device);
            ForwardRows predicting = ForwardRows.Of(segments.SelectMany(segment => ForwardRows.Predicting(packed, segment)));
            Tensor hidden = model.Forward(packed, features, predicting);
            Tensor scores = model.TokenLogProbabilities(hidden, tensor(completions.SelectMany(ids => ids).Select(id => (long)id).ToArray(), device: device)).LogProbabilities;
            Sync(device);
            double forward = Clock.Now - begun;
            scores.mean().neg().backward();
            Sync(device);
            double all = Clock.Now - begun;
            double operations = 6.0 * (model.Parameters.ParameterCount - 668_684_288) * packed.TokenCount;
            Say($"train pass of {packed.TokenCount} tokens: forward {forward:F3} s, backward {all - forward:F3} s, {operations / all / 1e12:F0} TFLOP/s by 6 N T, gradient norm {model.Parameters.Gradients.narrow(0, 0, 1 << 20).to(ScalarType.Float32).norm().ToDouble():G5}");
        }
    }

    private static void Compare(torch.Device device)
    {
        using DisposeScope scope = NewDisposeScope();
        using IDisposable none = no_grad();
        Tensor a = randn(64, 96), b = randn(96, 80), q = randn(2, 4, 48, 32), mask = zeros(48, 48).masked_fill(ones(48, 48, ScalarType.Bool).triu(1), float.NegativeInfinity);
        Tensor ids = tensor(Enumerable.Range(0, 64).Select(i => (long)(i * 7 % 64)).ToArray());
        (string Name, Func<torch.Device, Tensor> Of)[] operations =
        [
            ("mm", d => a.to(d).mm(b.to(d))), ("linear", d => nn.functional.linear(a.to(d), b.to(d).t().contiguous(), null)),
            ("softmax", d => a.to(d).softmax(1)), ("logsumexp", d => a.to(d).logsumexp(1)), ("silu", d => nn.functional.silu(a.to(d))),
            ("gelu", d => nn.functional.gelu(a.to(d))), ("rsqrt", d => a.to(d).abs().rsqrt()), ("index_select", d => a.to(d).index_select(0, ids.to(d))),
            ("index_add", d => zeros(64, 96, device: d).index_add_(0, ids.to(d), a.to(d), 1)), ("cumsum", d => a.to(d).cumsum(1, ScalarType.Float64)),
            ("sdpa", d => nn.functional.scaled_dot_product_attention(q.to(d), q.to(d), q.to(d))),
            ("sdpa causal", d => nn.functional.scaled_dot_product_attention(q.to(d), q.to(d), q.to(d), null, 0, true)),
            ("sdpa mask", d => nn.functional.scaled_dot_product_attention(q.to(d), q.to(d), q.to(d), mask.to(d))),
            ("topk", d => a.to(d).topk(5, 1).values), ("cos", d => a.to(d).mul(1000).cos()),
            ("bf16 mm", d => a.to(d).to(ScalarType.BFloat16).mm(b.to(d).to(ScalarType.BFloat16)).to(ScalarType.Float32)),
        ];
        foreach ((string operation, Func<torch.Device, Tensor> of) in operations)
        {
            try
            {
                Say(string.Create(CultureInfo.InvariantCulture, $"{operation}: difference {(of(device).cpu() - of(CPU)).abs().max().ToDouble():G3}"));
            }
            catch (Exception fault)
            {
                Say($"{operation}: FAILED {fault.Message.Split('\n')[0]}");
            }
        }
    }

    private static void Sync(torch.Device device)
    {
        if (device.type == DeviceType.CUDA) cuda.synchronize();
    }

    private static void Say(string line) => Console.WriteLine(line);
}
