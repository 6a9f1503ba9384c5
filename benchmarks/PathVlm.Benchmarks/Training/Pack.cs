using PathVlm.Benchmarks.Shapes;
using PathVlm.Modeling;
using PathVlm.Modeling.Sequences;
using TorchSharp;
using static TorchSharp.torch;

namespace PathVlm.Benchmarks.Training;

/// <summary>A pack of a shape's rows, the rows that predict, and their targets; features of pictures are zeros.</summary>
internal sealed record Pack(PackedSequences Packed, ForwardRows Rows, Tensor Targets)
{
    /// <summary>Groups of completions with their prompts.</summary>
    public static Pack OfGroups(Qwen25VlModel model, BenchShape shape, int prompts)
    {
        MadeUpRows rows = new(shape);
        PackedSequencesBuilder builder = new(model.Configuration);
        List<(int Segment, int From, int[] Ids)> targets = [];
        for (int prompt = 0; prompt < prompts; prompt++)
        {
            MLNet.Training.Grpo.Rollouts.GrpoPrompt made = rows.Prompt(prompt, shape.GridSides[prompt]);
            int parent = builder.AddPrompt(made.TokenIds, [made.Pictures[0].Grid]);
            for (int i = 0; i < shape.GroupSize; i++)
            {
                int[] ids = rows.TextIds(new Random(i), shape.CompletionTokens - i * shape.Unevenness);
                targets.Add((builder.AddCompletion(parent, ids), 0, ids));
            }
        }
        return Of(builder, targets);
    }

    /// <summary>Supervised rows.</summary>
    public static Pack OfRows(Qwen25VlModel model, BenchShape shape)
    {
        MadeUpRows rows = new(shape);
        PackedSequencesBuilder builder = new(model.Configuration);
        List<(int Segment, int From, int[] Ids)> targets = [];
        for (int row = 0; row < shape.SupervisedRows; row++)
        {
            MLNet.Training.Sft.SupervisedExample example = rows.Example(row);
            int[] ids = [.. example.TokenIds.Take(example.TokenIds.Count - row * shape.Unevenness)];
            targets.Add((builder.AddPrompt(ids, [example.Pictures[0].Grid]), example.AnswerStart, ids[example.AnswerStart..]));
        }
        return Of(builder, targets);
    }

    /// <summary>Forward and backward of the pack's mean log-probability, which is returned.</summary>
    public double Pass(Qwen25VlModel model)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor features = zeros(Packed.ImageRows!.size(0), model.Configuration.Text.HiddenSize);
        Tensor loss = model.TokenLogProbabilities(model.Forward(Packed, features, Rows), Targets).LogProbabilities.mean();
        loss.backward();
        return loss.item<float>();
    }

    private static Pack Of(PackedSequencesBuilder builder, IReadOnlyList<(int Segment, int From, int[] Ids)> targets)
    {
        PackedSequences packed = builder.Build();
        return new Pack(
            packed, ForwardRows.Of(targets.SelectMany(target => ForwardRows.Predicting(packed, target.Segment, target.From))),
            tensor(targets.SelectMany(target => target.Ids).Select(id => (long)id).ToArray()));
    }
}
