using System.Text.Json;
using PathVlm.Modeling.Adapters;
using PathVlm.Modeling.Tests.Support;
using PathVlm.Testing;
using static TorchSharp.torch;

namespace PathVlm.Modeling.Tests.Adapters;

/// <summary>Every PEFT adapter of the reference set: logits with it and without, merged weights, and what is written of it.</summary>
public sealed class LoraParityTests
{
    private const double Tolerance = 1e-4;

    public static TheoryData<string> Adapters =>
        [.. Directory.EnumerateDirectories(ReferenceSet.PathOf("lora")).Select(folder => Path.GetFileName(folder)!)
            .Order(StringComparer.Ordinal)];

    [Theory]
    [MemberData(nameof(Adapters))]
    public void LogitsAreTheReferencesWithTheAdapterAndWithout(string name)
    {
        using TorchSharp.DisposeScope scope = NewDisposeScope();
        using IDisposable none = no_grad();
        using Qwen25VlModel model = Qwen25VlModel.Load(ReferenceSet.PathOf(Checkpoint()));
        using Qwen25VlModel adapted = model.WithAdapter(PeftFolder.Load(ReferenceSet.PathOf("lora", name), model.Configuration));
        using ReferenceBatch batch = new(model, Checkpoint(), ReferenceSet.PathOf("lora", name + ".safetensors"));
        Tensor features = batch.Features(model)!;
        Close.Assert(batch.Read("logits")[0], Last(adapted, batch, features), Tolerance, "logits");
        Close.Assert(batch.Read("logits_without_adapter")[0], Last(model, batch, features), Tolerance, "logits without the adapter");
        using Qwen25VlModel merged = adapted.Merge();
        // Merging rounds the weights, so the merged model is a little further away.
        Close.Assert(batch.Read("logits")[0], Last(merged, batch, features), 10 * Tolerance, "logits of the merged model");
    }

    [Theory]
    [MemberData(nameof(Adapters))]
    public void MergedWeightsAreTheReferences(string name)
    {
        using TorchSharp.DisposeScope scope = NewDisposeScope();
        using Qwen25VlModel model = Qwen25VlModel.Load(ReferenceSet.PathOf(Checkpoint()));
        using Qwen25VlModel adapted = model.WithAdapter(PeftFolder.Load(ReferenceSet.PathOf("lora", name), model.Configuration));
        using Qwen25VlModel merged = adapted.Merge();
        using ReferenceBatch batch = new(model, Checkpoint(), ReferenceSet.PathOf("lora", name + ".safetensors"));
        string[] keys = [.. batch.Names.Where(key => key.StartsWith("merged.", StringComparison.Ordinal))];
        Assert.NotEmpty(keys);
        foreach (string key in keys) Close.Assert(batch.Read(key), merged.CheckpointTensors[key["merged.".Length..]], 1e-6, key);
    }

    [Theory]
    [MemberData(nameof(Adapters))]
    public void AFolderWrittenAndReadAgainIsTheSameAdapter(string name)
    {
        using TorchSharp.DisposeScope scope = NewDisposeScope();
        using TemporaryFolder folder = new();
        using Qwen25VlModel model = Qwen25VlModel.Load(ReferenceSet.PathOf(Checkpoint()));
        using LoraAdapter adapter = PeftFolder.Load(ReferenceSet.PathOf("lora", name), model.Configuration);
        string written = Path.Combine(folder.Path, "adapter");
        PeftFolder.Save(written, adapter, Checkpoint());
        using LoraAdapter again = PeftFolder.Load(written, model.Configuration);
        Assert.True(adapter.Values.equal(again.Values).all().item<bool>());
        Assert.Equal(adapter.Options.Scale, again.Options.Scale);
        Assert.Equal(Checkpoint(), PeftFolder.BaseModelOf(written));
    }

    private static Tensor Last(Qwen25VlModel model, ReferenceBatch batch, Tensor features)
    {
        Tensor logits = model.Logits(model.Forward(batch.Packed, features));
        long rows = batch.Read("logits").size(1);
        return logits.narrow(0, logits.size(0) - rows, rows);
    }

    private static string Checkpoint() =>
        JsonDocument.Parse(File.ReadAllText(ReferenceSet.PathOf("settings.json"))).RootElement.GetProperty("checkpoint")
            .GetProperty("name").GetString()!;
}
