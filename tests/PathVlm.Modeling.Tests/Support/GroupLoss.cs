using PathVlm.Modeling.Processing;
using PathVlm.Modeling.Sequences;
using static TorchSharp.torch;

namespace PathVlm.Modeling.Tests.Support;

/// <summary>Completions of text prompts, computed with their prompts shared or repeated.</summary>
internal static class GroupLoss
{
    /// <summary>Loss and gradients (under their published keys; the loss under "loss") of groups on a model's weights.</summary>
    /// <param name="model">The model; it is being trained afterwards, with these gradients.</param>
    /// <param name="groups">Prompt length and completion lengths of each group.</param>
    /// <param name="share">Whether a prompt is computed once.</param>
    public static Dictionary<string, Tensor> Gradients(Qwen25VlModel model, (int Prompt, int[] Completions)[] groups, bool share)
    {
        model.Decoder.UsesReferenceAttention = !share;
        if (!model.Parameters.IsTraining) model.Parameters.Train();
        model.Parameters.ZeroGradients();
        var random = new Random(11);
        PackedSequencesBuilder builder = SmallModels.Builder(model);
        List<(int Segment, int From, int[] Ids)> targets = [];
        foreach ((int length, int[] completions) in groups)
        {
            int[] prompt = SmallModels.Ids(random, length);
            int parent = share ? builder.AddPrompt(prompt, Array.Empty<ImageGrid>()) : -1;
            foreach (int count in completions)
            {
                int[] ids = SmallModels.Ids(random, count);
                targets.Add(share ? (builder.AddCompletion(parent, ids), 0, ids) : (builder.AddPrompt([.. prompt, .. ids], []), length, ids));
            }
        }

        using PackedSequences packed = builder.Build(model.Device);
        ForwardRows rows = ForwardRows.Of(targets.SelectMany(target => ForwardRows.Predicting(packed, target.Segment, target.From)));
        Tensor scores = model.TokenLogProbabilities(
            model.Forward(packed, null, rows), tensor(targets.SelectMany(target => target.Ids).Select(id => (long)id).ToArray(), device: model.Device)).LogProbabilities;
        Tensor loss = scores.mul(SmallModels.Noise(new Random(5), scores.shape, 1, model.Type).to(model.Device)).mean();
        loss.backward();
        Dictionary<string, Tensor> result = model.Parameters.PublishedGradients.ToDictionary(entry => entry.Key, entry => entry.Value.clone());
        result.Add("loss", loss.detach());
        return result;
    }
}
