using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.ML;
using Microsoft.ML.Runtime;
using PathVlm.MLNet.Inference.Answering;
using PathVlm.MLNet.Persistence.Weights;
using PathVlm.MLNet.Tests.Contract;
using PathVlm.MLNet.Tests.Training.Support;
using PathVlm.MLNet.Training.Checkpoints;
using PathVlm.MLNet.Training.Grpo.Options;
using PathVlm.MLNet.Training.Options;
using PathVlm.MLNet.Training.Sft;
using PathVlm.Modeling.Checkpoints.Safetensors;
using PathVlm.Modeling.Files;
using TorchSharp;

namespace PathVlm.MLNet.Tests.Training.Checkpoints;

/// <summary>Which checkpoints there are, which are refused, and that each part of one matters.</summary>
public sealed class CheckpointTests : IDisposable
{
    private readonly TestFolder _folder = new();
    private readonly MLContext _ml = new();
    private readonly List<string> _told = [];

    public CheckpointTests() => _ml.Log += (_, message) =>
    {
        if (message.Kind == ChannelMessageKind.Info) _told.Add(message.RawMessage);
    };

    private string Output => _folder.PathOf("run");

    private string Checkpoints => Path.Combine(Output, PathologyTrainingOptions.CheckpointsFolder);

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void TheNewestAreKeptAndTheOptionsSayHowMany()
    {
        Sft(steps: 6, options => (options.SaveSteps, options.KeepCheckpoints) = (2, 2));
        Assert.Equal(["step-000002", "step-000004"], Names());
        Sft(steps: 6, options => (options.SaveSteps, options.KeepCheckpoints) = (1, 3));
        Assert.Equal(["step-000003", "step-000004", "step-000005"], Names());
    }

    [Fact]
    public void WithoutAFolderTheyAreRefusedWhenTheEstimatorIsMade()
    {
        PathologySftOptions options = TinyCheckpoint.SftOptions();
        options.SaveSteps = 1;
        Assert.Contains(
            "OutputFolder: expected a folder where SaveSteps or SaveMinutes is set, got null",
            Assert.Throws<ArgumentOutOfRangeException>(() => _ml.Pathology().SupervisedFineTuning(options)).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void AFolderWithoutCheckpointsBeginsAtTheStart()
    {
        string[] expected = Sft(steps: 2, options => options.OutputFolder = null);
        Assert.Equal(expected, Sft(steps: 2, options => options.ResumeFrom = Output));
        Assert.Contains($"no checkpoint in [{Output}]: the stage begins at its start", _told);
    }

    [Fact]
    public void LogsOfARunThatWasStoppedBeforeItsFirstCheckpointAreWrittenAnew()
    {
        Grpo(options => options.SaveSteps = 100);
        string[] files = ["metrics.jsonl", "rollouts.jsonl"];
        string[] expected = [.. files.Select(file => File.ReadAllText(Path.Combine(Output, file)))];
        Grpo(options => (options.ResumeFrom, options.SaveSteps) = (Output, 100));
        Assert.Equal(expected, files.Select(file => File.ReadAllText(Path.Combine(Output, file))));
    }

    [Fact]
    public void ARunWithOtherOptionsOrRowsIsRefusedFieldByField()
    {
        Sft(steps: 4, options => options.SaveSteps = 1);
        InvalidDataException options = Assert.Throws<InvalidDataException>(() => Sft(steps: 4, changed =>
            (changed.ResumeFrom, changed.LearningRate, changed.Seed) = (Output, 0.5, 7)));
        Assert.Contains("LearningRate: expected 0.01, got 0.5; Seed: expected 42, got 7", options.Message, StringComparison.Ordinal);
        InvalidDataException rows =
            Assert.Throws<InvalidDataException>(() => Sft(steps: 4, changed => changed.ResumeFrom = Output, rows: 5));
        Assert.Contains("data: expected 4 rows", rows.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("Rate", rows.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(CheckpointManifest.TensorsFile)]
    [InlineData(CheckpointManifest.FileName)]
    public void ADamagedOneIsPassedOverForTheOneBefore(string file)
    {
        string[] expected = Sft(steps: 4, options => options.SaveSteps = 1);
        string path = Path.Combine(Checkpoints, "step-000003", file);
        byte[] bytes = File.ReadAllBytes(path);
        bytes[^9] ^= 1;
        File.WriteAllBytes(path, bytes);
        Assert.Equal(expected, Sft(steps: 4, options => (options.ResumeFrom, options.SaveSteps) = (Output, 1)));
        Assert.Contains(_told, line => line.StartsWith("a checkpoint is passed over: ", StringComparison.Ordinal));
        Assert.Contains(_told, line => line.StartsWith("goes on after step 2 of 4", StringComparison.Ordinal));
    }

    [Fact]
    public void ACancelledRunWritesOneAlsoWhereTheSameTokenEndsWaitingForFiles()
    {
        using CancellationTokenSource stop = new();
        using IDisposable waits = FileWait.CancelWith(stop.Token);
        Sft(steps: 50, options =>
        {
            options.SaveSteps = 100;
            (options.Cancellation, options.Progress) = (stop.Token, new Recorder(_ => stop.Cancel()));
        });
        Assert.Equal(["step-000001"], Names());
    }

    [Fact]
    public void WhatAKilledProcessLeftHalfWrittenIsRemoved()
    {
        Sft(steps: 3, options => options.SaveSteps = 1);
        string left = Path.Combine(Checkpoints, ".step-000003.abc.partial");
        Directory.CreateDirectory(left);
        Sft(steps: 3, options => (options.ResumeFrom, options.SaveSteps) = (Output, 1));
        Assert.False(Directory.Exists(left));
    }

    [Theory]
    [InlineData("moments")]
    [InlineData("updates")]
    [InlineData("training")]
    public void WithoutAPartOfTheStateFineTuningEndsOtherwise(string part)
    {
        string[] expected = Sft(steps: 5, options => options.SaveSteps = 2);
        Change("step-000004", part);
        Assert.NotEqual(expected, Sft(steps: 5, options => options.ResumeFrom = Path.Combine(Checkpoints, "step-000004")));
    }

    [Theory]
    [InlineData("batch")]
    [InlineData("reference")]
    public void WithoutAPartOfTheStateGrpoEndsOtherwise(string part)
    {
        string[] expected = Grpo(options => options.SaveSteps = 3);
        Change("step-000003", part);
        Assert.NotEqual(expected, Grpo(options => options.ResumeFrom = Path.Combine(Checkpoints, "step-000003")));
    }

    private string[] Sft(long steps, Action<PathologySftOptions> change, int rows = 4)
    {
        PathologySftOptions options = TinyCheckpoint.SftOptions(steps);
        options.OutputFolder = Output;
        change(options);
        using PathologyTransformer fitted =
            _ml.Pathology().SupervisedFineTuning(options).Fit(TinyCheckpoint.Rows([.. Enumerable.Repeat("Sft", rows)]));
        return Weights(fitted);
    }

    private string[] Grpo(Action<GrpoOptions> change)
    {
        GrpoOptions options = TinyCheckpoint.GrpoOptions(6);
        (options.OutputFolder, options.StepsPerGeneration, options.NumIterations) = (Output, 2, 2);
        (options.Beta, options.SyncReferenceModel, options.ReferenceSyncSteps, options.ReferenceMixupAlpha) = (0.5, true, 2, 0.5);
        change(options);
        using PathologyTransformer fitted = _ml.Pathology().Grpo(LengthRewards.Make(_ml), options).Fit(
            TinyCheckpoint.Rows([.. Enumerable.Repeat("Rl", 4)]));
        return Weights(fitted);
    }

    private string[] Names() => [.. Directory.GetDirectories(Checkpoints).Select(path => Path.GetFileName(path)).Order()];

    // Leaves out a part of a checkpoint and makes its hashes fit again.
    private void Change(string name, string part)
    {
        string folder = Path.Combine(Checkpoints, name), path = Path.Combine(folder, CheckpointManifest.FileName);
        CheckpointManifest manifest = JsonSerializer.Deserialize<CheckpointManifest>(File.ReadAllText(path), CheckpointManifest.Json)!;
        JsonObject values = manifest.Values;
        if (part == "batch") Assert.True(values.Remove("batch"));
        if (part == "updates") values["updates"] = 0;
        if (part == "training") values["training"]!["step"] = 1;
        string tensors = Path.Combine(folder, CheckpointManifest.TensorsFile);
        Dictionary<string, torch.Tensor> kept = [];
        using (SafetensorsFile file = SafetensorsFile.Open(tensors))
            foreach (string tensor in file.Entries.Keys) kept[tensor] = file.Read(tensor);
        foreach (string tensor in kept.Keys.Where(tensor => tensor.StartsWith(part, StringComparison.Ordinal))) kept[tensor].zero_();
        if (part is "moments" or "reference") Assert.Contains(kept.Keys, tensor => tensor.StartsWith(part, StringComparison.Ordinal));
        SafetensorsWriter.Write(tensors, kept);
        foreach (torch.Tensor tensor in kept.Values) tensor.Dispose();
        manifest = manifest with
        {
            Sha256 = InputFile.Sha256(tensors), ValuesSha256 = CheckpointManifest.HashOf(values), Values = values,
        };
        File.WriteAllText(path, JsonSerializer.Serialize(manifest, CheckpointManifest.Json));
    }

    private static string[] Weights(PathologyTransformer transformer) =>
        [.. transformer.Policy.Model.CheckpointTensors.Select(item => $"{item.Key}: {TensorDigest.Of(item.Value)}")];
}
