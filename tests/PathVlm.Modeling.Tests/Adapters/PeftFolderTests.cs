using System.Text.Json.Nodes;
using PathVlm.Modeling.Adapters;
using PathVlm.Modeling.Checkpoints.Safetensors;
using PathVlm.Modeling.Tests.Support;
using PathVlm.Testing;
using TorchSharp;
using static TorchSharp.torch;

namespace PathVlm.Modeling.Tests.Adapters;

/// <summary>
/// Adapter folders as others write them: both spellings of keys, lists and patterns of targets, and what is refused by name.
/// </summary>
public sealed class PeftFolderTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly Qwen25VlModel _model = SmallModels.Create(SmallModels.Configuration(), ScalarType.Float32);
    private readonly LoraAdapter _adapter;
    private readonly string _written;

    public PeftFolderTests()
    {
        LoraOptions options = new() { Rank = 2, Alpha = 3, TargetModules = ["q_proj", "v_proj"] };
        _adapter = LoraAdapter.Create(_model.Configuration, options, 5);
        using IDisposable none = no_grad();
        _adapter.Values.add_(0.25);
        _written = _folder.PathOf("adapter");
        PeftFolder.Save(_written, _adapter, "some/base");
    }

    private const string Off = ": expected null or false (adapters with it are not supported), got ";

    public static TheoryData<string, string, string> Refused => new()
    {
        { "use_dora", "true", "use_dora" + Off + "true" },
        { "bias", "\"all\"", "bias: expected none (trained biases are not supported), got [all]" },
        { "lora_bias", "true", "lora_bias" + Off + "true" },
        { "modules_to_save", "[\"lm_head\"]", "modules_to_save" + Off + "[\"lm_head\"]" },
        { "rank_pattern", "{\"q_proj\": 4}", "rank_pattern" + Off + "an object" },
        { "alpha_pattern", "{\"q_proj\": 4}", "alpha_pattern" + Off + "an object" },
        { "layers_to_transform", "[0]", "layers_to_transform" + Off + "[0]" },
        { "layers_pattern", "\"layers\"", "layers_pattern" + Off + "\"layers\"" },
        { "layer_replication", "[[0, 1]]", "layer_replication" + Off + "[[0,1]]" },
        { "fan_in_fan_out", "true", "fan_in_fan_out" + Off + "true" },
        { "trainable_token_indices", "[3]", "trainable_token_indices" + Off + "[3]" },
        { "init_lora_weights", "\"pissa\"", "(other starts change the base model's weights), got [pissa]" },
        {
            "something_new", "true",
            "something_new: expected null or false (the setting is unknown and may change what the adapter computes), got true"
        },
        { "peft_type", "\"IA3\"", "peft_type: expected LORA, got [IA3]" },
        { "r", "0", "r: expected a whole number from 1 to " },
        { "lora_alpha", "0", "lora_alpha: expected a number above 0, at most " },
        { "target_modules", "\"(\"", "target_modules: expected a regular expression, got [(]" },
        { "target_modules", "\"all-linear\"", "target_modules: expected a pattern of the decoder's layers, got all-linear" },
        { "target_modules", "\".*no_such\"", "target_modules: The targets [.*no_such] match no linear layer" },
        { "target_modules", "[\"gate_proj\"]", "match model.visual.blocks.0.mlp.gate_proj" },
        { "target_modules", "\"(a+)+$\"", "target_modules" },
        {
            "target_modules", "[\"q_proj\", \"k_proj\", \"v_proj\"]",
            "base_model.model.model.language_model.layers.0.self_attn.k_proj.lora_A.weight is missing"
        },
        { "target_modules", "[\"q_proj\"]", "base_model.model.model.language_model.layers.0.self_attn.v_proj.lora_A.weight is unknown" },
        { "r", "3", "lora_A.weight: expected [3, 32], got [2, 32]" },
    };

    [Theory]
    [MemberData(nameof(Refused))]
    public void ASettingThatChangesTheResultIsRefusedByName(string name, string value, string message)
    {
        Change(settings => settings[name] = JsonNode.Parse(value));
        Assert.Contains(message, Assert.Throws<InvalidDataException>(Load).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("[\"q_proj\", \"v_proj\"]", null)]
    [InlineData("[\"self_attn.q_proj\", \"v_proj\"]", null)]
    [InlineData("\".*\\\\.(?P<which>q_proj|v_proj)\"", null)]
    [InlineData("\"model\\\\.layers\\\\..*(q|v)_proj\"", null)]
    [InlineData("\".*_proj\"", "\".*(visual|mlp).*|.*(k|o)_proj\"")]
    [InlineData("[\"q_proj\", \"v_proj\", \"gate_proj\"]", "[\"gate_proj\"]")]
    public void TargetsAreReadAsPeftReadsThem(string targets, string? excluded)
    {
        Change(settings =>
        {
            settings["target_modules"] = JsonNode.Parse(targets);
            settings["exclude_modules"] = excluded is null ? null : JsonNode.Parse(excluded);
            settings["lora_dropout"] = 0.05;
            settings["base_model_class"] = null;
        });
        using LoraAdapter read = Load();
        Assert.True(_adapter.Values.equal(read.Values).all().item<bool>());
    }

    [Fact]
    public void KeysOfTheGenerationBeforeAreReadAsWell()
    {
        Rewrite(tensors => tensors.ToDictionary(
            pair => pair.Key.Replace(".language_model.", ".", StringComparison.Ordinal), pair => pair.Value));
        using LoraAdapter read = Load();
        Assert.True(_adapter.Values.equal(read.Values).all().item<bool>());
    }

    [Theory]
    [InlineData(float.NaN)]
    [InlineData(float.PositiveInfinity)]
    public void WeightsThatAreNotFiniteAreNamedAndTakenByOptionAlone(float value)
    {
        Rewrite(tensors =>
        {
            tensors.First().Value[0, 0] = value;
            return tensors;
        });
        Assert.Matches(
            @"adapter_model\.safetensors: weights that are NaN or infinite \(loaded only with AllowNonFinite\): \S+lora_A\.weight \(1\)\.$",
            Assert.Throws<InvalidDataException>(Load).Message);
        using LoraAdapter taken = PeftFolder.Load(_written, _model.Configuration, allowNonFinite: true);
        Assert.False(taken.Values.isfinite().all().item<bool>());
    }

    [Fact]
    public void TheAdapterOfAnotherModelIsRefused()
    {
        using Qwen25VlModel other = SmallModels.Create(SmallModels.Configuration(heads: 6, groups: 2), ScalarType.Float32);
        string message = Assert.Throws<InvalidDataException>(() => PeftFolder.Load(_written, other.Configuration)).Message;
        Assert.Contains("the tensors are not those of this adapter on this model", message, StringComparison.Ordinal);
    }

    [Fact]
    public void AFolderThatIsNoAdaptersIsNotReplaced()
    {
        File.WriteAllText(Path.Combine(Directory.CreateDirectory(_folder.PathOf("other")).FullName, "notes.txt"), "mine");
        Assert.Throws<IOException>(() => PeftFolder.Save(_folder.PathOf("other"), _adapter, null, overwrite: true));
        Assert.Throws<IOException>(() => PeftFolder.Save(_written, _adapter, null));
        PeftFolder.Save(_written, _adapter, null, overwrite: true);
    }

    public void Dispose()
    {
        _adapter.Dispose();
        _model.Dispose();
        _folder.Dispose();
    }

    private LoraAdapter Load() => PeftFolder.Load(_written, _model.Configuration);

    private void Change(Action<JsonObject> change)
    {
        string path = Path.Combine(_written, "adapter_config.json");
        JsonObject settings = JsonNode.Parse(File.ReadAllText(path))!.AsObject();
        change(settings);
        File.WriteAllText(path, settings.ToJsonString());
    }

    private void Rewrite(Func<Dictionary<string, Tensor>, Dictionary<string, Tensor>> change)
    {
        using DisposeScope scope = NewDisposeScope();
        string path = Path.Combine(_written, PeftFolder.WeightsName);
        Dictionary<string, Tensor> tensors;
        using (SafetensorsFile file = SafetensorsFile.Open(path)) tensors = file.Entries.Keys.ToDictionary(key => key, file.Read);
        SafetensorsWriter.Write(path, change(tensors));
    }
}
