using System.Diagnostics;
using Microsoft.ML;
using PathVlm.MLNet;
using PathVlm.MLNet.Data.Rows;
using PathVlm.MLNet.Inference.Answering;
using PathVlm.MLNet.Inference.Batching;
using PathVlm.MLNet.Inference.Policies;
using PathVlm.Modeling;
using PathVlm.Modeling.Generation;
using PathVlm.Modeling.Generation.Decoding;
using PathVlm.Modeling.Generation.Sampling;
using PathVlm.Modeling.Processing;
using TorchSharp;

namespace PathVlm.Benchmarks.Generation;

internal static class ServePieces
{
    public static void Run(BenchmarkContext context)
    {
        using PathologyTransformer fitted = new MLContext().Pathology().Pretrained(
            Path.Combine(Repository.Folder, "data", "base"),
            new PathologyModelOptions { Decoding = new SamplingOptions { Greedy = true, MaxNewTokens = 96 } });
        PathologyPolicy policy = fitted.Policy;
        PathologyRow[] rows = ServeBenchmark.Rows(64);
        EncodedPrompt[] prompts = [.. rows.Select(policy.Encode)];
        Console.WriteLine($"prompt tokens {prompts.Average(p => p.TokenIds.Count):F0}, threads {torch.get_num_threads()}");
        Time("encode row", 64, () => { foreach (PathologyRow row in rows) policy.Encode(row); });
        policy.InTurn(model =>
        {
            using IDisposable none = torch.no_grad();
            Time("vision alone", 64, () => { foreach (EncodedPrompt p in prompts) using (torch.NewDisposeScope()) model.EncodeImages([.. p.Images.Select(i => i.Grid)], p.Images.Select(i => i.Patches)); });
            Time("vision 16", 64, () => { foreach (EncodedPrompt[] c in prompts.Chunk(16)) using (torch.NewDisposeScope()) model.EncodeImages([.. c.SelectMany(p => p.Images).Select(i => i.Grid)], c.SelectMany(p => p.Images).Select(i => i.Patches)); });
            GenerationPrompt[] made = [.. prompts.Select(p => new GenerationPrompt(p.TokenIds) { Grids = [.. p.Images.Select(i => i.Grid)], ImageFeatures = model.EncodeImages([.. p.Images.Select(i => i.Grid)], p.Images.Select(i => i.Patches)), MaxNewTokens = 96 })];
            Time("prefill alone", 64, () => { foreach (GenerationPrompt p in made) using (torch.NewDisposeScope()) { (PromptState[] s, _) = Prefill.Run(model, [p]); foreach (PromptState x in s) x.Dispose(); } });
            foreach (int n in new[] { 2, 4, 16 })
            {
                double most = 0; int differ = 0, all = 0;
                foreach (GenerationPrompt[] c in made.Chunk(n))
                    using (torch.NewDisposeScope())
                    {
                        (PromptState[] s, torch.Tensor together) = Prefill.Run(model, c);
                        foreach (PromptState x in s) x.Dispose();
                        float[] t = together.data<float>().ToArray();
                        for (int i = 0; i < c.Length; i++)
                        {
                            (PromptState[] o, torch.Tensor alone) = Prefill.Run(model, [c[i]]);
                            foreach (PromptState x in o) x.Dispose();
                            float[] a = alone.data<float>().ToArray();
                            for (int k = 0; k < a.Length; k++) { double d = Math.Abs(a[k] - t[i * a.Length + k]); most = Math.Max(most, d); if (d > 0) differ++; all++; }
                        }
                    }
                Console.WriteLine($"prefill {n} against alone: {differ} of {all} logits differ, most {most:E2}");
            }
            foreach (int n in new[] { 4, 16 })
                Time($"prefill {n}", 64, () => { foreach (GenerationPrompt[] c in made.Chunk(n)) using (torch.NewDisposeScope()) { (PromptState[] s, _) = Prefill.Run(model, c); foreach (PromptState x in s) x.Dispose(); } });
            foreach (int n in new[] { 1, 2, 4, 6, 8, 16 })
            {
                using ContinuousGenerator g = new(model, [], [], 96, new GeneratorOptions { RowLimit = 16 });
                for (int i = 0; i < n; i++) g.Admit(made[i], 1, new SamplingOptions { Greedy = true, MaxNewTokens = 96 }, 0);
                for (int i = 0; i < 20; i++) g.Step();
                Time($"step of {n} rows, per row", n * 60, () => { for (int i = 0; i < 60; i++) g.Step(); }, once: true);
            }
            return 0;
        });
        PathologyAnswer[] answers = [.. rows.Select(row => policy.Answer([row])[0])];
        Console.WriteLine($"answer tokens {answers.Average(a => a.ResponseTokenCount):F0}");
        Time("Answer([row])", 64, () => { foreach (PathologyRow row in rows) policy.Answer([row]); });
        Time("Answer(16)", 64, () => { foreach (PathologyRow[] c in rows.Chunk(16)) policy.Answer(c); });
        using PathologyAnswerer answerer = new(policy, new PathologyBatchOptions { RowLimit = 16 });
        foreach (int clients in new[] { 1, 16, 1, 16 })
            Time($"answerer, {clients} clients", 64, () => Parallel.ForAsync(0, clients, new ParallelOptions { MaxDegreeOfParallelism = clients }, async (c, t) =>
            {
                for (int r = c; r < 64; r += clients) await answerer.AnswerAsync(rows[r], t);
            }).Wait());
    }

    private static void Time(string name, int count, Action work, bool once = false)
    {
        if (!once) { work(); work(); }
        double best = double.MaxValue, sum = 0;
        int repeats = once ? 1 : 4;
        for (int i = 0; i < repeats; i++)
        {
            long began = Stopwatch.GetTimestamp();
            work();
            double s = Stopwatch.GetElapsedTime(began).TotalMilliseconds;
            best = Math.Min(best, s);
            sum += s;
        }
        Console.WriteLine($"{name,-28} best {best / count:F3} ms each, mean {sum / repeats / count:F3}");
    }
}
