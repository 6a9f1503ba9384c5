using Microsoft.ML;
using PathVlm.MLNet.Inference.Answering;
using PathVlm.MLNet.Tests.Contract;

namespace PathVlm.MLNet.Tests.Persistence;

/// <summary>One way of being wrong each, and the one message it gets.</summary>
public sealed class HostileZipTests : IDisposable
{
    private static readonly Lazy<byte[]> Good = new(() =>
    {
        using var folder = new TestFolder();
        var ml = new MLContext();
        using PathologyTransformer model = ml.Pathology().Pretrained(TinyCheckpoint.Folder);
        ml.Model.Save(model, TinyCheckpoint.Rows("Rl").Schema, folder.PathOf("good.zip"));
        return File.ReadAllBytes(folder.PathOf("good.zip"));
    });

    private readonly TestFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("Component.json", "\"Pathology\"", "\"Surgery\"", "Component: expected one of [AccuracyReward, FormatReward, Pathology, ")]
    [InlineData("Component.json", "\"Version\": 1", "\"Version\": 2",
        "Version of Pathology: expected 1 to 1, got [2]; was the zip made by a newer PathVlm.MLNet?")]
    [InlineData("Component.json", "{", "", "Component.json: ")]
    [InlineData("Settings.json", "\"AnswerBatchSize\": 32", "\"AnswerBatchSize\": 0",
        "Settings.json: AnswerBatchSize: expected 1 or more, got 0")]
    [InlineData("Settings.json", "\"AnswerBatchSize\"", "\"Command\"", "Settings.json: The JSON property 'Command' could not be mapped")]
    [InlineData("Settings.json", "\"InsideZip\"", "\"Elsewhere\"", "Settings.json: The JSON value could not be converted")]
    [InlineData("Policy.json", "\"MaxPromptLength\": 1024", "\"MaxPromptLength\": -1",
        "Policy.json: MaxPromptLength: expected 1 or more, got -1.")]
    [InlineData("Policy.json", "{question}", "the question",
        "Policy.json: User: expected a text that contains {question}, got [the question\n{options}]")]
    [InlineData("Policy.json", "\"Float32\"", "\"Int8\"",
        "Policy.json: WeightsType: expected Float32, BFloat16, Float16 or Float64, got Int8.")]
    [InlineData("Policy.json", "\"Float32\"", "null", "Policy.json: expected either WeightsType or Absence, got neither.")]
    [InlineData("Policy.json", "\"Name\": \"config.json\"", "\"Name\": \"../../config.json\"",
        "Policy.json: expected files named config.json, ")]
    [InlineData("Policy.json", "\"Entry\": \"config.json\"", "\"Entry\": \"../config.json\"", "the entry cannot be read")]
    [InlineData("config.json", "\"hidden_size\"", "\"hidden_sise\"", "config.json: SHA-256: expected [")]
    [InlineData("Weights.json", "\"model.norm.weight\"", "\"model.norm.wait\"",
        "Weights.json: 2 fault(s): [model.norm.weight] is missing; [model.norm.wait] is unknown.")]
    [InlineData("Weights.json", "\"File\": 0", "\"File\": 7", "names file 7 of 1")]
    [InlineData("Weights.json", "\"Path\": \"Weights.safetensors\"", "\"Path\": \"Nothing.safetensors\"", "the zip has no such entry")]
    public void ADamagedEntryIsNamedWithWhatWasFound(string entry, string text, string replacement, string message)
    {
        string zip = Copy();
        bool found = false;
        ZipEditing.Edit(zip, entry, content =>
        {
            found |= content.Contains(text, StringComparison.Ordinal);
            return content.Replace(text, replacement, StringComparison.Ordinal);
        });
        Assert.True(found, $"{entry} does not hold {text}");
        AssertRefused(zip, message);
    }

    [Fact]
    public void WeightsCutShortAreRefusedBeforeTheModelIsAllocated()
    {
        string zip = Copy();
        ZipEditing.EditBytes(zip, "Weights.safetensors", bytes => bytes[..(bytes.Length / 2)]);
        AssertRefused(zip, "Weights.safetensors: ");
    }

    [Fact]
    public void AChangedWeightIsFound()
    {
        string zip = Copy();
        ZipEditing.EditBytes(zip, "Weights.safetensors", bytes =>
        {
            bytes[^3] ^= 1;
            return bytes;
        });
        AssertRefused(zip, "is not the tensor that was saved; the zip is damaged.");
    }

    [Fact]
    public void AMissingEntryIsNamed()
    {
        string zip = Copy();
        ZipEditing.EditBytes(zip, "Policy.json", _ => null);
        AssertRefused(zip, "Policy.json: the zip has no such entry.");
    }

    [Fact]
    public void AnEntryThatUnpacksToFarMoreIsRefusedBeforeItIsUnpacked()
    {
        string zip = Copy();
        ZipEditing.EditBytes(zip, "Settings.json", _ => new byte[64 << 20]);
        AssertRefused(zip, "Settings.json: expected at most 200 bytes for each compressed one, got 67108864 from ");
    }

    [Fact]
    public void AFileThatIsNoZipIsRefused()
    {
        string path = _folder.PathOf("no.zip");
        File.WriteAllBytes(path, Good.Value[..1000]);
        AssertRefused(path, $"{path}: expected a zip, got something else.");
    }

    [Fact]
    public void AModelOfAnotherKindIsRefused()
    {
        var ml = new MLContext();
        IDataView rows = TinyCheckpoint.Rows("Rl");
        ml.Model.Save(ml.Transforms.CopyColumns("Copy", "Id").Fit(rows), rows.Schema, _folder.PathOf("copy.zip"));
        AssertRefused(_folder.PathOf("copy.zip"), "copy.zip: holds no PathVlm.MLNet model");
    }

    private string Copy()
    {
        string path = _folder.PathOf("model.zip");
        File.WriteAllBytes(path, Good.Value);
        return path;
    }

    private static void AssertRefused(string zip, string message) =>
        Assert.Contains(message, Assert.Throws<InvalidDataException>(() => new MLContext().Pathology().Pretrained(zip)).Message,
            StringComparison.Ordinal);
}
