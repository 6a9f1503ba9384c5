using PathVlm.MLNet.Tests.Training.Support;
using PathVlm.MLNet.Training.Grpo;
using PathVlm.MLNet.Training.Grpo.Options;
using PathVlm.Modeling;

namespace PathVlm.MLNet.Tests.Training.Grpo;

/// <summary>
/// What a step may compute, counted: nothing is padded, prompts and pictures are computed once, the head sees completion tokens alone.
/// </summary>
public sealed class GrpoCountersTests
{
    [Fact]
    public void AStepComputesPromptsAndCompletionsOnceAndLogitsOfCompletionTokensAlone()
    {
        using Qwen25VlModel model = TinyModel.Create();
        long prompts = 0, completions = 0;
        GrpoOptions options = new() { BatchSize = 8, GroupSize = 4, MaxSteps = 3, Beta = 0, LearningRate = 1e-4, Shuffle = false };
        ScriptedRollouts script = new();
        GrpoTrainer trainer = new(model, options, script, script)
        {
            Observer = new RecordingObserver
            {
                OnSampled = batch =>
                {
                    prompts += batch.Prompts.Sum(prompt => prompt.TokenIds.Count);
                    completions += batch.Rollouts.Sum(rollout => rollout.TokenIds.Count);
                },
            },
        };
        trainer.Train(TinyModel.Prompts(6));
        Assert.Equal((prompts + completions, completions), (model.Counters.TrunkRows, model.Counters.HeadRows));
        Assert.Equal(TinyModel.Prompts(6).SelectMany(prompt => prompt.Pictures).Select(picture => picture.ContentHash).Distinct().Count(),
            model.Counters.EncodedPictures);
    }
}
