using System.CommandLine;
using Microsoft.Extensions.Configuration;
using PathVlm.Experiments.Plans;
using PathVlm.Host.Faults;
using PathVlm.Host.Settings;

namespace PathVlm.Host.Runs;

/// <summary>The option that names a preset; single settings are overridden by the sections Sft, Grpo, Process and Model.</summary>
internal sealed class RecipeChoice
{
    private readonly Option<string> _preset = new("--preset")
    {
        Description = "embedded, paper, paper-lora-3b or paper-lora-7b; paper by default where --base is named.",
    };

    private readonly Option<bool> _lora = new("--lora")
    {
        Description = "Train adapters (LoRA) in place of the weights; rank and more by --set, as Sft:Lora:Rank=8.",
    };

    private readonly DeviceOption _device = new();

    internal IEnumerable<Option> Options => [_preset, _lora, _device.Option];

    /// <summary>The recipe: of the preset that is named, otherwise embedded where no base is named.</summary>
    /// <exception cref="UserMistakeException">There is no such preset, or a setting is faulty.</exception>
    internal Recipe Recipe(ParseResult parsed, IConfiguration configuration, bool namesBase)
    {
        Preset preset = PresetOf(parsed.GetValue(_preset), namesBase);
        Recipe recipe = Experiments.Plans.Recipe.Create(preset, parsed.GetValue(_lora));
        configuration.BindTo("Sft", recipe.Sft);
        configuration.BindTo("Grpo", recipe.Grpo);
        configuration.BindTo("Process", recipe.Process);
        configuration.BindTo(ModelChoice.Section, recipe.Model);
        if (_device.Of(parsed) is { } device)
            recipe.Sft.Device = recipe.Grpo.Device = recipe.Process.Device = recipe.Model.Device = device;
        SettingNames.RequireValid("Sft", recipe.Sft.Validate);
        SettingNames.RequireValid("Grpo", recipe.Grpo.Validate);
        SettingNames.RequireValid("Process", recipe.Process.Validate);
        SettingNames.RequireValid(ModelChoice.Section, recipe.Model.Validate);
        return recipe;
    }

    /// <summary>The settings of the recipe and of the judge, by section.</summary>
    internal IEnumerable<(string Section, object Options)> Settings(ParseResult parsed, RunContext context, bool namesBase)
    {
        Recipe recipe = Recipe(parsed, context.Configuration, namesBase);
        return
        [
            ("Sft", recipe.Sft), ("Grpo", recipe.Grpo), ("Process", recipe.Process), (ModelChoice.Section, recipe.Model),
            JudgeChoice.Settings(context, recipe.Panel),
        ];
    }

    private static Preset PresetOf(string? named, bool namesBase) => named switch
    {
        null => namesBase ? Preset.Paper : Preset.Embedded,
        "embedded" => Preset.Embedded,
        "paper" => Preset.Paper,
        "paper-lora-3b" => Preset.PaperLora3B,
        "paper-lora-7b" => Preset.PaperLora7B,
        _ => throw new UserMistakeException($"--preset: expected embedded, paper, paper-lora-3b or paper-lora-7b, got [{named}]"),
    };
}
