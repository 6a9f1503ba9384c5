using PathVlm.MLNet.Training.Grpo.Rollouts;
using PathVlm.MLNet.Training.Loop;
using PathVlm.MLNet.Training.Sft;
using PathVlm.Modeling.Configuration;
using PathVlm.Modeling.Processing;

namespace PathVlm.Benchmarks.Shapes;

/// <summary>Prompts and examples of random ids and pictures of noise: a function of their number, each with a picture of its own.</summary>
internal sealed class MadeUpRows(BenchShape shape)
{
    private readonly ModelConfiguration _model = shape.Model;

    /// <summary>Ids that stand for pictures and their frame, which a sampler does not choose.</summary>
    public IReadOnlyCollection<int> ControlIds =>
        [_model.ImageTokenId, _model.VideoTokenId, _model.VisionStartTokenId, _model.VisionEndTokenId];

    /// <summary>A prompt to sample from.</summary>
    public GrpoPrompt Prompt(int number, int side) =>
        new($"row {number}", number, PromptIds(number, side), [Picture(number, side)]);

    /// <summary>A prompt with its answer.</summary>
    public SupervisedExample Example(int number)
    {
        int side = shape.GridSides[0];
        int[] prompt = PromptIds(number, side);
        return new SupervisedExample(
            $"row {number}", [.. prompt, .. TextIds(new Random(number + 10_000), shape.AnswerTokens)], prompt.Length,
            [Picture(number, side)]);
    }

    /// <summary>Random ids of ordinary tokens.</summary>
    public int[] TextIds(Random random, int count) => [.. Enumerable.Range(0, count).Select(_ => random.Next(_model.ImageTokenId))];

    private int[] PromptIds(int number, int side)
    {
        Random random = new(number);
        int before = shape.TextTokens / 3, after = shape.TextTokens - before - 2;
        return [.. TextIds(random, before), _model.VisionStartTokenId, .. Enumerable.Repeat(_model.ImageTokenId, side * side / 4),
            _model.VisionEndTokenId, .. TextIds(random, after)];
    }

    private TrainingPicture Picture(int number, int side) => new($"picture {number}", new ImageGrid(1, side, side), () =>
    {
        Random random = new(number);
        float[] patches = new float[side * side * _model.Vision.PatchValues];
        for (int i = 0; i < patches.Length; i++) patches[i] = random.NextSingle() * 2 - 1;
        return patches;
    });
}
