using PathVlm.Experiments.Plans;
using PathVlm.MLNet.Judging.Panel;

namespace PathVlm.Experiments.Tests.Plans;

public sealed class RecipeTests
{
    [Theory]
    [InlineData(Preset.Embedded, true)]
    [InlineData(Preset.Paper, false)]
    [InlineData(Preset.PaperLora3B, false)]
    [InlineData(Preset.PaperLora7B, false)]
    public void SoundnessNeedsAStepInTheEmbeddedPresetAlone(Preset preset, bool needsStep)
    {
        Recipe recipe = Recipe.Create(preset);
        Assert.Equal(needsStep, recipe.Panel.SoundnessNeedsStep);
        Assert.Equal(needsStep, new TrainingPlan { Recipe = recipe, BaseModel = "base", OutputFolder = "out" }.Panel.SoundnessNeedsStep);
        Assert.Equal(needsStep, new ExperimentPlan { Recipe = recipe, Bases = [] }.Panel.SoundnessNeedsStep);
    }

    [Fact]
    public void APlansOwnPanelWinsOverTheRecipes()
    {
        ReviewPanelOptions own = new() { Concurrency = 3 };
        TrainingPlan plan = new() { Recipe = Recipe.Create(Preset.Embedded), BaseModel = "base", OutputFolder = "out", Panel = own };
        Assert.Same(own, plan.Panel);
    }
}
