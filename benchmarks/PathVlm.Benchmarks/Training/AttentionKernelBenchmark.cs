using PathVlm.Benchmarks.Measuring;
using PathVlm.Benchmarks.Shapes;
using PathVlm.Modeling;
using PathVlm.Modeling.Sequences;
using TorchSharp;
using static TorchSharp.torch;

namespace PathVlm.Benchmarks.Training;

/// <summary>Forward and backward of a pack with the fast attention kernel and with the reference kernel, on long rows and on short ones.</summary>
internal static class AttentionKernelBenchmark
{
    /// <summary>Measures.</summary>
    public static void Run(BenchmarkContext context)
    {
        BenchShape large = context.Pick(BenchShape.Tiny, BenchShape.Quick, BenchShape.Full);
        BenchShape small = context.Pick(BenchShape.Tiny, BenchShape.Embedded, BenchShape.Embedded);
        Compare(context, "bench shape, group", large, model => Group(model, large, 1));
        Compare(context, "bench shape, rows", large, model => Rows(model, large));
        Compare(context, "embedded shape, groups", small, model => Group(model, small, small.GridSides.Count));
        Compare(context, "embedded shape, rows", small, model => Rows(model, small));
    }

    private static void Compare(BenchmarkContext context, string name, BenchShape shape, Func<Qwen25VlModel, Pack> build)
    {
        using Qwen25VlModel model = BenchModels.Policy(shape);
        using DisposeScope scope = NewDisposeScope();
        model.Parameters.Train();
        Pack pack = build(model);
        double fastLoss = 0, referenceLoss = 0;
        Sample fast = Sample.Of(context.Machine, context.Repeats(7, 5), () => fastLoss = Pass(model, pack, reference: false));
        Sample reference = Sample.Of(context.Machine, context.Repeats(7, 5), () => referenceLoss = Pass(model, pack, reference: true));
        UnequalResultException.ThrowUnlessClose("kernels, loss", fastLoss, referenceLoss, 1e-5);
        context.Table.Add(new ResultRow("kernels", name, fast) { RatioToUsual = reference.Median / fast.Median });
    }

    private static double Pass(Qwen25VlModel model, Pack pack, bool reference)
    {
        using DisposeScope scope = NewDisposeScope();
        model.Decoder.UsesReferenceAttention = reference;
        Tensor features = zeros(pack.Packed.ImageRows!.size(0), model.Configuration.Text.HiddenSize);
        Tensor loss = model.TokenLogProbabilities(model.Forward(pack.Packed, features, pack.Rows), pack.Targets).LogProbabilities.mean();
        loss.backward();
        return loss.item<float>();
    }

    private static Pack Group(Qwen25VlModel model, BenchShape shape, int prompts)
    {
        MadeUpRows rows = new(shape);
        PackedSequencesBuilder builder = new(model.Configuration);
        List<(int Segment, int From, int[] Ids)> targets = [];
        for (int prompt = 0; prompt < prompts; prompt++)
        {
            var made = rows.Prompt(prompt, shape.GridSides[prompt]);
            int parent = builder.AddPrompt(made.TokenIds, [made.Pictures[0].Grid]);
            for (int i = 0; i < shape.GroupSize; i++)
            {
                int[] ids = rows.TextIds(new Random(i), shape.CompletionTokens - i * shape.Unevenness);
                targets.Add((builder.AddCompletion(parent, ids), 0, ids));
            }
        }
        return Pack.Of(builder, targets);
    }

    private static Pack Rows(Qwen25VlModel model, BenchShape shape)
    {
        MadeUpRows rows = new(shape);
        PackedSequencesBuilder builder = new(model.Configuration);
        List<(int Segment, int From, int[] Ids)> targets = [];
        for (int row = 0; row < shape.SupervisedRows; row++)
        {
            var example = rows.Example(row);
            int[] ids = [.. example.TokenIds.Take(example.TokenIds.Count - row * shape.Unevenness)];
            targets.Add((builder.AddPrompt(ids, [example.Pictures[0].Grid]), example.AnswerStart, ids[example.AnswerStart..]));
        }
        return Pack.Of(builder, targets);
    }

    /// <summary>A pack, its rows that predict, and their targets.</summary>
    private sealed record Pack(PackedSequences Packed, ForwardRows Rows, Tensor Targets)
    {
        public static Pack Of(PackedSequencesBuilder builder, IReadOnlyList<(int Segment, int From, int[] Ids)> targets)
        {
            PackedSequences packed = builder.Build();
            return new Pack(
                packed, ForwardRows.Of(targets.SelectMany(target => ForwardRows.Predicting(packed, target.Segment, target.From))),
                tensor(targets.SelectMany(target => target.Ids).Select(id => (long)id).ToArray()));
        }
    }
}
