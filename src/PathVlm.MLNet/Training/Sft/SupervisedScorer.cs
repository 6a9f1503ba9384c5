using PathVlm.MLNet.Training.Loop;
using PathVlm.Modeling;
using PathVlm.Modeling.Language;
using PathVlm.Modeling.Sequences;
using static TorchSharp.torch;

namespace PathVlm.MLNet.Training.Sft;

/// <summary>Scores the answer tokens of examples in one packed pass: a segment a row, no padding, logits of answer tokens alone.</summary>
internal static class SupervisedScorer
{
    /// <summary>Log-probabilities of all answer tokens, example after example; entropies and hits beside them.</summary>
    /// <param name="model">The model.</param>
    /// <param name="features">Features of its pictures.</param>
    /// <param name="examples">The rows of a micro-batch, one or more.</param>
    /// <returns>[tokens] each, in the caller's dispose scope.</returns>
    public static TokenScores Score(Qwen25VlModel model, PictureFeatureCache features, IReadOnlyList<SupervisedExample> examples)
    {
        PackedSequencesBuilder builder = new(model.Configuration);
        foreach (SupervisedExample example in examples)
            builder.AddPrompt(example.TokenIds, [.. example.Pictures.Select(picture => picture.Grid)]);
        PackedSequences packed = builder.Build(model.Device);
        Tensor? pictures = features.FeaturesOf([.. examples.SelectMany(example => example.Pictures)]);
        List<RowRange> rows = [];
        List<long> targets = [];
        for (int i = 0; i < examples.Count; i++)
        {
            rows.AddRange(ForwardRows.Predicting(packed, i, examples[i].AnswerStart));
            for (int token = examples[i].AnswerStart; token < examples[i].TokenIds.Count; token++) targets.Add(examples[i].TokenIds[token]);
        }
        Tensor hidden = model.Forward(packed, pictures, ForwardRows.Of(rows));
        return model.TokenLogProbabilities(
            hidden, tensor(targets.ToArray(), device: model.Device), new TokenScoreOptions { Entropy = true, Accuracy = true });
    }
}
