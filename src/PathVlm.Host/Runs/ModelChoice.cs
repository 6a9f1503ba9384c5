using System.CommandLine;
using Microsoft.ML;
using PathVlm.Experiments.Plans;
using PathVlm.Host.Faults;
using PathVlm.MLNet.Inference.Answering;
using PathVlm.MLNet.Inference.Policies;
using PathVlm.MLNet;

namespace PathVlm.Host.Runs;

/// <summary>The option that names a model to answer with.</summary>
internal sealed class ModelChoice
{
    private readonly Option<string> _model = new("--model", "-m")
    {
        Description = "Zip that train wrote, or a checkpoint folder; the embedded base by default.",
    };

    private readonly Option<string> _device = new("--device")
    {
        Description = "Where the model is computed: cpu, cuda or cuda:N.",
        DefaultValueFactory = _ => new PathologyModelOptions().Device,
    };

    internal IEnumerable<Option> Options => [_model, _device];

    /// <summary>The model's name in reports.</summary>
    internal string NameOf(ParseResult parsed) => Path.GetFileName(parsed.GetValue(_model) ?? StageNames.Base);

    /// <summary>The model's zip or folder.</summary>
    internal string PathOf(ParseResult parsed) => parsed.GetValue(_model) ?? EmbeddedBase.Folder;

    /// <summary>Opens a zip, a checkpoint folder, or the embedded base; the caller disposes it.</summary>
    internal PathologyTransformer Open(MLContext ml, ParseResult parsed)
    {
        string path = PathOf(parsed);
        if (!File.Exists(path) && !Directory.Exists(path))
            throw new UserMistakeException($"--model: expected a zip or a checkpoint folder that exists, got [{path}]");
        // A zip has settings of its own; the embedded base has those of its run.
        Preset preset = EmbeddedBase.Is(path) ? Preset.Embedded : Preset.Paper;
        PathologyModelOptions options = Recipe.Create(preset).Model;
        options.Device = parsed.GetValue(_device)!;
        return ml.Pathology().Pretrained(path, options);
    }
}
