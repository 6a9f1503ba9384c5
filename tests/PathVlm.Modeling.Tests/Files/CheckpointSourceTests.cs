using System.Text;
using PathVlm.Modeling.Configuration;
using PathVlm.Modeling.Files;
using PathVlm.Modeling.Processing;
using PathVlm.Testing;

namespace PathVlm.Modeling.Tests.Files;

public sealed class CheckpointSourceTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [MemberData(nameof(ReferenceSet.CheckpointNames), MemberType = typeof(ReferenceSet))]
    public void AProcessorReadFromMemoryEqualsTheOneReadFromTheFolder(string checkpoint)
    {
        string copy = _folder.CopyOf(ReferenceSet.PathOf(checkpoint));
        CheckpointSource memory = CheckpointSource.FromFolder(copy).ToMemory();
        Qwen25VlProcessor expected = Qwen25VlProcessor.Load(copy);
        ModelConfiguration configuration = ModelConfiguration.Load(copy);
        IReadOnlyList<int> ends = GenerationConfiguration.Load(copy).EosTokenIds;
        Directory.Delete(copy, recursive: true);

        Qwen25VlProcessor actual = Qwen25VlProcessor.Load(memory);
        Assert.Equal(expected.Tokenizer.Encode("A stained <|im_start|> slide."), actual.Tokenizer.Encode("A stained <|im_start|> slide."));
        Assert.Equal(expected.ImageProcessor.Configuration.MaxPixels, actual.ImageProcessor.Configuration.MaxPixels);
        Assert.Equal(configuration.Text.VocabularySize, ModelConfiguration.Load(memory).Text.VocabularySize);
        Assert.Equal(ends, GenerationConfiguration.Load(memory).EosTokenIds);
    }

    [Fact]
    public void AMessageAboutFilesInMemoryNamesTheFolderTheyWereReadFrom()
    {
        string copy = _folder.CopyOf(ReferenceSet.PathOf(ReferenceSet.Checkpoints()[0]));
        string file = Path.Combine(copy, "config.json");
        File.WriteAllText(file, "{");
        CheckpointSource memory = CheckpointSource.FromFolder(copy).ToMemory();
        Directory.Delete(copy, recursive: true);
        Assert.StartsWith($"{file}: ", Assert.Throws<InvalidDataException>(() => ModelConfiguration.Load(memory)).Message);
    }

    [Fact]
    public void AMessageAboutFilesOfAZipNamesTheZip()
    {
        CheckpointSource source = CheckpointSource.FromMemory(
            "/models/r1.zip", new Dictionary<string, byte[]> { ["config.json"] = Encoding.UTF8.GetBytes("[7]") });
        Assert.Equal("/models/r1.zip: config.json: expected a JSON object, got [7].",
            Assert.Throws<InvalidDataException>(() => ModelConfiguration.Load(source)).Message);
        FileNotFoundException missing = Assert.Throws<FileNotFoundException>(() => Qwen2Tokenizer.Load(source));
        Assert.Equal("/models/r1.zip: expected a tokenizer, tokenizer.json or vocab.json with merges.txt; got neither.", missing.Message);
    }

    [Fact]
    public void AFileThatIsNoneOfACheckpointIsRefused() => Assert.StartsWith("zip: expected files named config.json, ",
        Assert.Throws<InvalidDataException>(() => CheckpointSource.FromMemory("zip", new Dictionary<string, byte[]> { ["../x"] = [] })).Message);

    [Fact]
    public void OnlyKnownFilesOfAFolderAreListed()
    {
        File.WriteAllText(_folder.PathOf("vocab.json"), "{}");
        File.WriteAllText(_folder.PathOf("config.json"), "{}");
        File.WriteAllText(_folder.PathOf("notes.txt"), "x");
        CheckpointSource source = CheckpointSource.FromFolder(_folder.Path);
        Assert.Equal(["config.json", "vocab.json"], source.Names);
        Assert.Equal(source.Names, source.ToMemory().Names);
    }

    [Fact]
    public void TextThatIsNotUtf8IsRefusedByName()
    {
        string copy = _folder.CopyOf(ReferenceSet.PathOf(ReferenceSet.Checkpoints()[0]));
        string template = Path.Combine(copy, "chat_template.jinja");
        File.WriteAllBytes(template, [0x61, 0xFF, 0xFE]);
        Assert.Equal($"{template}: expected UTF-8 text.", Assert.Throws<InvalidDataException>(() => Qwen25VlProcessor.Load(copy)).Message);
    }
}
