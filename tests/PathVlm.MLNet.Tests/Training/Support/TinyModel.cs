using PathVlm.MLNet.Training.Grpo.Rollouts;
using PathVlm.MLNet.Training.Loop;
using PathVlm.MLNet.Training.Sft;
using PathVlm.Modeling;
using PathVlm.Modeling.Configuration;
using PathVlm.Modeling.Processing;

namespace PathVlm.MLNet.Tests.Training.Support;

/// <summary>A model small enough to train in milliseconds, and examples of made-up ids for it.</summary>
internal static class TinyModel
{
    public const int EndId = 59;

    public static ModelConfiguration Configuration { get; } = new()
    {
        Text = new TextConfiguration
        {
            VocabularySize = 64, HiddenSize = 32, IntermediateSize = 48, LayerCount = 2, HeadCount = 2, KeyValueHeadCount = 1,
            RotarySections = [2, 3, 3],
        },
        Vision = new VisionConfiguration
        {
            Depth = 1, HiddenSize = 32, IntermediateSize = 48, HeadCount = 2, OutputSize = 32, WindowSize = 56, FullAttentionBlocks = [0],
        },
        ImageTokenId = 60, VideoTokenId = 61, VisionStartTokenId = 62, VisionEndTokenId = 63,
    };

    public static Qwen25VlModel Create(long seed = 7) => Qwen25VlModel.CreateRandom(Configuration, seed);

    public static float[] WeightsOf(Qwen25VlModel model) => model.Parameters.Values.data<float>().ToArray();

    /// <summary>A picture of 4 x 4 patches, 4 tokens; its content depends on the number.</summary>
    public static TrainingPicture Picture(int number)
    {
        float[] patches = [.. Enumerable.Range(0, 16 * 1176).Select(i => MathF.Sin(i * 0.37f + number))];
        return TrainingPicture.FromImage(new ProcessedImage(patches, new ImageGrid(1, 4, 4), 4));
    }

    public static SupervisedExample Example(int number, int pictures = 4)
    {
        int[] answer = [.. Enumerable.Range(0, 3 + number % 4).Select(i => 1 + (number * 7 + i * 3) % 40), EndId];
        int[] prompt = [1 + number % 40, 62, 60, 60, 60, 60, 63, 2 + number % 13, 5];
        return new SupervisedExample($"row {number}", [.. prompt, .. answer], prompt.Length, [Picture(number % pictures)]);
    }

    public static SupervisedExample[] Examples(int count) => [.. Enumerable.Range(0, count).Select(i => Example(i))];

    public static GrpoPrompt Prompt(int number) => new(
        $"row {number}", number, [1 + number % 40, 62, 60, 60, 60, 60, 63, 2 + number % 13, 5, .. Enumerable.Repeat(3, number % 3)],
        [Picture(number % 4)]);

    public static GrpoPrompt[] Prompts(int count) => [.. Enumerable.Range(0, count).Select(Prompt)];
}

/// <summary>Completions that are a function of generation, prompt and sample; scores that are a function of the completion.</summary>
internal sealed class ScriptedRollouts(Func<Rollout, GrpoPrompt, float[]>? score = null, int rewards = 1) : IRolloutSource, IRewardSource
{
    public IReadOnlyList<string> Names { get; } = [.. Enumerable.Range(1, rewards).Select(i => $"reward{i}")];

    public List<RolloutRequest> Requests { get; } = [];

    public IReadOnlyList<Rollout> Generate(RolloutRequest request, CancellationToken cancellation)
    {
        Requests.Add(request);
        return [.. request.Prompts.SelectMany(prompt => Enumerable.Range(0, request.GroupSize).Select(sample =>
        {
            int length = 1 + (int)(prompt.Row * 3 + sample * 5 + request.Generation) % 6;
            return new Rollout([.. Enumerable.Range(0, length).Select(i => 1 + (int)(prompt.Row * 11 + sample * 7 + i * 5) % 40),
                TinyModel.EndId], false);
        }))];
    }

    public float[,] Score(IReadOnlyList<GrpoPrompt> prompts, IReadOnlyList<Rollout> rollouts, long step, CancellationToken cancellation)
    {
        int groupSize = rollouts.Count / prompts.Count;
        float[,] scores = new float[rollouts.Count, Names.Count];
        for (int row = 0; row < rollouts.Count; row++)
        {
            float[] found = score?.Invoke(rollouts[row], prompts[row / groupSize]) ?? [rollouts[row].TokenIds.Sum() % 10 / 10f];
            for (int reward = 0; reward < Names.Count; reward++) scores[row, reward] = found[reward];
        }
        return scores;
    }
}
