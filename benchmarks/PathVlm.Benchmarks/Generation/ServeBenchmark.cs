using System.Globalization;
using System.Text;
using System.Text.Json;
using Microsoft.ML;
using PathVlm.Benchmarks.Measuring;
using PathVlm.MLNet;
using PathVlm.MLNet.Data.Rows;
using PathVlm.MLNet.Inference.Answering;
using PathVlm.MLNet.Inference.Batching;
using PathVlm.MLNet.Inference.Policies;
using PathVlm.Modeling.Generation.Sampling;
using PathVlm.Modeling.Processing.Pictures;
using PathVlm.Serving;
using PathVlm.Synthesis;

namespace PathVlm.Benchmarks.Generation;

/// <summary>
/// The embedded model over HTTP, asked by 16 clients, 4 requests each, against one client that asks one after the other. All answers
/// are those of the policy itself.
/// </summary>
internal static class ServeBenchmark
{
    private const int Clients = 16;

    /// <summary>Measures.</summary>
    public static void Run(BenchmarkContext context) => RunAsync(context).GetAwaiter().GetResult();

    private static async Task RunAsync(BenchmarkContext context)
    {
        int each = context.Pick(1, 4, 4);
        using PathologyTransformer model = new MLContext().Pathology().Pretrained(
            Path.Combine(Repository.Folder, "data", "base"),
            new PathologyModelOptions { Decoding = new SamplingOptions { Greedy = true, MaxNewTokens = context.Pick(4, 96, 96) } });
        PathologyRow[] rows = Rows(Clients * each);
        string[] bodies = [.. rows.Select(row => Body(model.Policy, row))];
        PathologyAnswer[] expected = [.. rows.Select(row => model.Policy.Answer([row])[0])];
        using PathologyAnswerer answerer = new(model.Policy, new PathologyBatchOptions { RowLimit = Clients });
        await using PathologyServer server = new(answerer, new PathologyServerOptions { Port = 0 });
        await server.StartAsync().ConfigureAwait(false);
        using HttpClient client = new() { BaseAddress = server.Address };
        string[] together = new string[rows.Length], alone = new string[rows.Length];
        ProcessMemory.ResetPeak();
        // Both ways until their code is compiled for good: the first round takes several times as long as the fourth.
        for (int round = 0; round < context.Pick(1, 4, 4); round++)
        {
            await Ask(client, bodies, alone, 1).ConfigureAwait(false);
            await Ask(client, bodies, together, Clients).ConfigureAwait(false);
        }

        List<double> batchedWork = [], usualWork = [];
        Sample batched = Sample.Of(
            context.Machine, context.Repeats(5, 2), () => batchedWork.Add(WorkOf(() => Ask(client, bodies, together, Clients).Wait())));
        long peak = ProcessMemory.PeakBytes;
        Sample usual = Sample.Of(
            context.Machine, context.Repeats(5, 2), () => usualWork.Add(WorkOf(() => Ask(client, bodies, alone, 1).Wait())));
        string[] own = [.. expected.Select(answer => answer.Response)];
        if (!own.SequenceEqual(together) || !own.SequenceEqual(alone))
            throw new UnequalResultException("serve: answers over HTTP are not the policy's own");
        double tokens = expected.Sum(answer => answer.ResponseTokenCount);
        context.Table.Add(new ResultRow("serve", $"embedded model, {Clients} clients x {each} requests", batched)
        {
            Figure = string.Create(CultureInfo.InvariantCulture,
                $"{rows.Length / batched.Median:F1} requests/s, {tokens / batched.Median:F0} tokens/s, "
                    + $"{usual.Median / batched.Median:F2} x one client; processor time a request, asking included: "
                    + $"{1000 * batchedWork.Min() / rows.Length:F1} ms against {1000 * usualWork.Min() / rows.Length:F1}"),
            Goal = context.Pick("", "1.8 x", "1.8 x"),
            PeakBytes = peak,
            RatioToUsual = usual.Median / batched.Median,
        });
    }

    // On a machine that runs other work the processors' time tells more than the clock's.
    private static double WorkOf(Action work)
    {
        TimeSpan began = Environment.CpuUsage.TotalTime;
        work();
        return (Environment.CpuUsage.TotalTime - began).TotalSeconds;
    }

    private static Task Ask(HttpClient client, string[] bodies, string[] answers, int clients) =>
        Parallel.ForAsync(0, clients, new ParallelOptions { MaxDegreeOfParallelism = clients }, async (number, cancellation) =>
        {
            for (int row = number; row < bodies.Length; row += clients)
            {
                using StringContent content = new(bodies[row], Encoding.UTF8, "application/json");
                using HttpResponseMessage response =
                    await client.PostAsync("/v1/chat/completions", content, cancellation).ConfigureAwait(false);
                response.EnsureSuccessStatusCode();
                using JsonDocument reply = JsonDocument.Parse(await response.Content.ReadAsStringAsync(cancellation).ConfigureAwait(false));
                answers[row] = reply.RootElement.GetProperty("choices")[0].GetProperty("message").GetProperty("content").GetString()!;
            }
        });

    private static string Body(PathologyPolicy policy, PathologyRow row)
    {
        string picture = Convert.ToBase64String(PictureFile.EncodePng(row.RequiredPicture));
        object[] content =
        [
            new { type = "image_url", image_url = new { url = $"data:image/png;base64,{picture}" } },
            new { type = "text", text = policy.Template.UserText(row.Question) },
        ];
        return JsonSerializer.Serialize(new { messages = new[] { new { role = "user", content } } });
    }

    private static PathologyRow[] Rows(int count)
    {
        string folder = Directory.CreateTempSubdirectory("pathvlm-serve-").FullName;
        try
        {
            SyntheticPathologySet.Write(
                folder, new SyntheticSetOptions { SftCount = count, RlCount = 1, TestCount = 1, OutOfDomainCount = 0 });
            return [.. PathologyRows.Read(new MLContext().Pathology().Data.LoadPathMmu(folder), PathologyRowNeeds.Image).Take(count)];
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
