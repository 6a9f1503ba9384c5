using PathVlm.Modeling;
using PathVlm.Modeling.Sequences;
using TorchSharp;
using static TorchSharp.torch;

namespace PathVlm.Benchmarks.Padded;

/// <summary>
/// One pass of the padded schedule: the vision tower runs, every row carries its own prompt and picture and is padded to the longest, the
/// decoder's every row reaches the head, and log-softmax runs over all positions. Layers and kernels are the model's own, so a ratio to
/// it is the schedule's alone.
/// </summary>
internal static class PaddedPass
{
    private const int Padding = 0;

    /// <summary>Log-probabilities of all answer tokens, row after row, in the caller's dispose scope.</summary>
    public static Tensor LogProbabilities(Qwen25VlModel model, IReadOnlyList<PaddedRow> rows, Tensor? suppressed, double temperature)
    {
        int longest = rows.Max(row => row.Prompt.Count + row.Answer.Count);
        PackedSequencesBuilder builder = new(model.Configuration);
        List<long> places = [];
        foreach (PaddedRow row in rows)
        {
            int start = builder.TokenCount, length = row.Prompt.Count + row.Answer.Count;
            builder.AddPrompt([.. row.Prompt, .. row.Answer, .. Enumerable.Repeat(Padding, longest - length)], [row.Picture.Grid]);
            for (int token = 0; token < row.Answer.Count; token++) places.Add(start + row.Prompt.Count + token - 1);
        }
        PackedSequences packed = builder.Build(model.Device);
        Tensor logits = model.Logits(model.Forward(packed, Features(model, rows), ForwardRows.All));
        if (temperature != 1) logits = logits / temperature;
        if (suppressed is not null) logits = logits.index_fill(1, suppressed, double.NegativeInfinity);
        Tensor targets = packed.TokenIds.roll(-1).unsqueeze(1);
        return nn.functional.log_softmax(logits, 1).gather(1, targets).squeeze(1).index_select(0, tensor(places.ToArray()));
    }

    /// <summary>Features of every row's picture, computed now.</summary>
    public static Tensor Features(Qwen25VlModel model, IReadOnlyList<PaddedRow> rows)
    {
        using IDisposable none = no_grad();
        using DisposeScope scope = NewDisposeScope();
        Tensor[] patches = [.. rows.Select(row =>
            tensor(row.Picture.LoadPatches(), [row.Picture.Grid.PatchCount, model.Configuration.Vision.PatchValues]))];
        return model.EncodeImages(cat(patches), [.. rows.Select(row => row.Picture.Grid)]).MoveToOuterDisposeScope();
    }
}
