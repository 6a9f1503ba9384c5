using PathVlm.Modeling.Configuration;

namespace PathVlm.Benchmarks.Shapes;

/// <summary>
/// Operations (a multiply-add is two) that a result cannot be had without: every row once, prompts shared, logits of targets alone, last
/// layer's queries and MLP for rows that predict. Backward counts twice the forward. Norms, rotary positions and the like are left out.
/// </summary>
internal sealed class NecessaryWork(ModelConfiguration model)
{
    private readonly TextConfiguration _text = model.Text;

    private double KeyValueWeights => 2.0 * _text.HiddenSize * _text.KeyValueHeadCount * _text.HeadSize;

    private double LayerWeights =>
        2.0 * _text.HiddenSize * _text.HiddenSize + KeyValueWeights + 3.0 * _text.HiddenSize * _text.IntermediateSize;

    /// <summary>Weights of the decoder's layers.</summary>
    public double TrunkWeights => LayerWeights * _text.LayerCount;

    /// <summary>Weights of the head.</summary>
    public double HeadWeights => (double)_text.HiddenSize * _text.VocabularySize;

    /// <summary>One GRPO step of one prompt with KL: prefill and decoding, a reference pass, forward and backward, one picture.</summary>
    public double GrpoStep(int prompt, int side, IReadOnlyList<int> completions)
    {
        double tokens = completions.Sum();
        double pass = Trunk(prompt, 1) + PromptAttention(prompt)
            + completions.Sum(length => 2 * TrunkWeights * length + CompletionAttention(prompt, length)) + Head(tokens);
        double decode = 2 * (TrunkWeights + HeadWeights) * tokens + completions.Sum(length => CompletionAttention(prompt, length));
        return 4 * pass + Trunk(prompt, 1) + PromptAttention(prompt) + decode + Vision(side);
    }

    /// <summary>Forward and backward of supervised rows, with their pictures or without.</summary>
    public double SupervisedStep(int rows, int prompt, int answer, int side, bool encodes) =>
        rows * (3 * (Trunk(prompt + answer, answer) + PromptAttention(prompt + answer) + Head(answer)) + (encodes ? Vision(side) : 0));

    /// <summary>Prefill of a prompt: all its rows, logits after the last.</summary>
    public double Prefill(int prompt) => Trunk(prompt, 1) + PromptAttention(prompt) + Head(1);

    /// <summary>Sampling completions of a prompt.</summary>
    public double Rollout(int prompt, IReadOnlyList<int> completions) =>
        Prefill(prompt) + (2 * (TrunkWeights + HeadWeights) * completions.Sum())
        + completions.Sum(length => CompletionAttention(prompt, length));

    /// <summary>One pass over a prompt and its completions with logits of the completions.</summary>
    public double ReferencePass(int prompt, IReadOnlyList<int> completions) => Trunk(prompt, 1) + PromptAttention(prompt)
        + completions.Sum(length => (2 * TrunkWeights * length) + CompletionAttention(prompt, length)) + Head(completions.Sum());

    /// <summary>
    /// Forward and backward of a prompt and its completions with frozen weights and adapters: products with the weights twice (forward, and
    /// the gradient of their inputs), attention's three times, those with the adapters three times. What is computed again is not counted.
    /// </summary>
    public double AdaptedUpdate(int prompt, IReadOnlyList<int> completions, int rank) => (2 * ReferencePass(prompt, completions))
        + PromptAttention(prompt) + completions.Sum(length => CompletionAttention(prompt, length))
        + (6 * AdapterWeights(rank) * (prompt + completions.Sum()));

    /// <summary>The same of supervised rows; features of their pictures are there.</summary>
    public double AdaptedSupervisedStep(int rows, int prompt, int answer, int rank) => rows
        * ((2 * (Trunk(prompt + answer, answer) + Head(answer))) + (3 * PromptAttention(prompt + answer))
            + (6 * AdapterWeights(rank) * (prompt + answer)));

    /// <summary>Keys and values of a token in all layers.</summary>
    public double CacheValues => 2.0 * _text.LayerCount * _text.KeyValueHeadCount * _text.HeadSize;

    /// <summary>Encoding a square picture.</summary>
    public double Vision(int side) => Vision(side, side);

    /// <summary>Encoding a picture of rows by columns of patches.</summary>
    public double Vision(int rows, int columns)
    {
        VisionConfiguration vision = model.Vision;
        double patches = rows * columns, merged = patches / 4, wide = 4.0 * vision.HiddenSize;
        double block = 4.0 * vision.HiddenSize * vision.HiddenSize + 3.0 * vision.HiddenSize * vision.IntermediateSize;
        double window = Math.Pow((double)vision.WindowSize / vision.PatchSize, 2);
        double seen = vision.FullAttentionBlocks.Count * patches
            + (vision.Depth - vision.FullAttentionBlocks.Count) * Math.Min(window, patches);
        return 2 * patches * (vision.Depth * block + (double)vision.PatchValues * vision.HiddenSize)
            + 2 * merged * wide * (wide + vision.OutputSize) + 4 * patches * seen * vision.HiddenSize;
    }

    private double Trunk(double rows, double predicting) =>
        2 * (TrunkWeights - LayerWeights + KeyValueWeights) * rows + 2 * (LayerWeights - KeyValueWeights) * predicting;

    private double AdapterWeights(int rank) => rank * _text.LayerCount * (
        (9.0 * _text.HiddenSize) + (2.0 * _text.KeyValueHeadCount * _text.HeadSize) + (3.0 * _text.IntermediateSize));

    private double Head(double rows) => 2 * HeadWeights * rows;

    private double PromptAttention(double length) => 2 * _text.LayerCount * _text.HiddenSize * length * length;

    private double CompletionAttention(double prompt, double length) =>
        4 * _text.LayerCount * _text.HiddenSize * (length * prompt + length * length / 2);
}
