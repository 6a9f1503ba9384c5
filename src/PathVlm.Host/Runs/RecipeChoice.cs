using System.CommandLine;
using Microsoft.Extensions.Configuration;
using PathVlm.Experiments.Plans;
using PathVlm.Host.Faults;
using PathVlm.Host.Settings;

namespace PathVlm.Host.Runs;

/// <summary>The option that names a preset; single settings are overridden by the sections Sft, Grpo and Process.</summary>
internal sealed class RecipeChoice
{
    private readonly Option<string> _preset = new("--preset")
    {
        Description = "embedded or paper; paper by default where --base is named.",
    };

    internal Option Option => _preset;

    /// <summary>The recipe: of the preset that is named, otherwise embedded where no base is named.</summary>
    /// <exception cref="UserMistakeException">There is no such preset, or a setting is faulty.</exception>
    internal Recipe Recipe(ParseResult parsed, IConfiguration configuration, bool namesBase)
    {
        Recipe recipe = Experiments.Plans.Recipe.Create(PresetOf(parsed.GetValue(_preset), namesBase));
        configuration.BindTo("Sft", recipe.Sft);
        configuration.BindTo("Grpo", recipe.Grpo);
        configuration.BindTo("Process", recipe.Process);
        return recipe;
    }

    /// <summary>The settings of the recipe, by section.</summary>
    internal IEnumerable<(string Section, object Options)> Settings(ParseResult parsed, RunContext context, bool namesBase)
    {
        Recipe recipe = Recipe(parsed, context.Configuration, namesBase);
        return [("Sft", recipe.Sft), ("Grpo", recipe.Grpo), ("Process", recipe.Process)];
    }

    private static Preset PresetOf(string? named, bool namesBase) => named switch
    {
        null => namesBase ? Preset.Paper : Preset.Embedded,
        "embedded" => Preset.Embedded,
        "paper" => Preset.Paper,
        _ => throw new UserMistakeException($"--preset: expected embedded or paper, got [{named}]"),
    };
}
