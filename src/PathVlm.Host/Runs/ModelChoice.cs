using System.CommandLine;
using Microsoft.Extensions.Configuration;
using Microsoft.ML;
using PathVlm.Experiments.Plans;
using PathVlm.Host.Faults;
using PathVlm.Host.Settings;
using PathVlm.MLNet;
using PathVlm.MLNet.Inference.Answering;
using PathVlm.MLNet.Inference.Policies;

namespace PathVlm.Host.Runs;

/// <summary>The option that names a model to answer with.</summary>
internal sealed class ModelChoice
{
    /// <summary>The section of settings that a model is opened with.</summary>
    internal const string Section = "Model";

    private readonly Option<string> _model = new("--model", "-m")
    {
        Description = "Zip that train wrote, a checkpoint folder, a PEFT adapter folder, or a model in the hub cache (OWNER/NAME); the "
            + "embedded base by default.",
    };

    private readonly DeviceOption _device = new();

    internal IEnumerable<Option> Options => [_model, _device.Option];

    /// <summary>The model's name in reports.</summary>
    internal string NameOf(ParseResult parsed) => Path.GetFileName(parsed.GetValue(_model) ?? StageNames.Base);

    /// <summary>The model's zip or folder.</summary>
    internal string PathOf(ParseResult parsed) =>
        parsed.GetValue(_model) is { } named ? HubName.Resolve("--model", named) : EmbeddedBase.Folder;

    /// <summary>Opens a zip, a checkpoint or adapter folder, or the embedded base; the caller disposes it.</summary>
    internal PathologyTransformer Open(MLContext ml, ParseResult parsed, IConfiguration configuration)
    {
        string path = PathOf(parsed);
        if (!File.Exists(path) && !Directory.Exists(path))
            throw new UserMistakeException($"--model: expected a zip, a checkpoint folder or an adapter folder that exists, got [{path}]");
        return ml.Pathology().Pretrained(path, ModelOptions(parsed, configuration));
    }

    /// <summary>The settings of section Model.</summary>
    internal (string Section, object Options) Settings(ParseResult parsed, RunContext context) =>
        (Section, ModelOptions(parsed, context.Configuration));

    private PathologyModelOptions ModelOptions(ParseResult parsed, IConfiguration configuration)
    {
        // A zip has settings of its own; the embedded base has those of its run.
        Preset preset = EmbeddedBase.Is(parsed.GetValue(_model) ?? EmbeddedBase.Folder) ? Preset.Embedded : Preset.Paper;
        PathologyModelOptions options = Recipe.Create(preset).Model;
        configuration.BindTo(Section, options);
        options.Device = _device.Of(parsed) ?? options.Device;
        SettingNames.RequireValid(Section, options.Validate);
        return options;
    }
}
