using PathVlm.Modeling.Checkpoints;
using PathVlm.Modeling.Configuration;
using PathVlm.Modeling.Files;
using PathVlm.Modeling.Processing;
using PathVlm.Modeling.Processing.Pictures;
using PathVlm.Testing;

namespace PathVlm.Modeling.Tests.Files;

/// <summary>The door opens regular files alone. A pipe that were opened would hang the test; a device would be read for ever.</summary>
public sealed class InputFileTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    private static readonly string[] CheckpointFiles =
        ["config.json", "generation_config.json", "preprocessor_config.json", "tokenizer.json", "model.safetensors"];

    [UnixFact("named pipes")]
    public void APipeADeviceAndAFolderAreRefusedUnopened()
    {
        string pipe = SpecialFile.MakePipe(_folder.PathOf("pipe"));
        AssertRefused(pipe, "expected a regular file, got a named pipe.");
        AssertRefused(Link("to-pipe", pipe), "expected a regular file, got a named pipe.");
        AssertRefused("/dev/zero", "expected a regular file, got a device.");
        AssertRefused(Link("to-zero", "/dev/zero"), "expected a regular file, got a device.");
        AssertRefused(_folder.Path, "expected a regular file, got a folder.");
        Assert.Throws<FileNotFoundException>(() => InputFile.Open(_folder.PathOf("nothing")));
        Assert.Throws<FileNotFoundException>(() => InputFile.Open(Link("dangling", _folder.PathOf("nothing"))));
    }

    [UnixFact("links")]
    public void ALinkIsJudgedByItsTarget()
    {
        string file = _folder.PathOf("a-file-with-a-long-name");
        File.WriteAllText(file, "0123456789");
        string link = Link("l", file);
        Assert.Equal(10, InputFile.LengthOf(link));
        Assert.Equal("0123456789", InputFile.ReadText(link, 10));
        Assert.Equal($"{link}: expected at most 9 bytes, got 10.",
            Assert.Throws<InvalidDataException>(() => InputFile.ReadBytes(link, 9)).Message);
        Link("circle", _folder.PathOf("circle"));
        Assert.Equal($"{_folder.PathOf("circle")}: its links lead in a circle.",
            Assert.Throws<IOException>(() => InputFile.Open(_folder.PathOf("circle"))).Message);
    }

    [UnixFact("links")]
    public void ANamedFileLiesInsideByTheFileSystem()
    {
        string inside = Directory.CreateDirectory(_folder.PathOf("model", "sub")).Parent!.FullName;
        string outside = Directory.CreateDirectory(_folder.PathOf("outside")).FullName;
        Directory.CreateSymbolicLink(Path.Combine(inside, "leads-out"), outside);
        Directory.CreateSymbolicLink(Path.Combine(inside, "stays"), Path.Combine(inside, "sub"));
        File.WriteAllText(Path.Combine(outside, "blob"), "x");
        File.CreateSymbolicLink(Path.Combine(inside, "shard"), Path.Combine(outside, "blob"));
        foreach (string accepted in new[] { "a", "sub/a", "stays/a", "shard", "a..b" })
            Assert.Equal(Path.Combine(inside, accepted), InputFile.Inside(inside, accepted));
        string[] leaving = ["", "..", "../x", "sub/../../x", "/etc/x", "leads-out/blob", "a\\b", "c:x", "./x", "a//b", "a\nb"];
        foreach (string refused in leaving)
            Assert.Throws<InvalidDataException>(() => InputFile.Inside(inside, refused));
    }

    [UnixFact("named pipes")]
    public void EveryFileOfACheckpointIsOpenedByTheDoor()
    {
        string copy = _folder.CopyOf(ReferenceSet.PathOf(ReferenceSet.Checkpoints()[0]));
        foreach (string name in CheckpointFiles.Where(name => File.Exists(Path.Combine(copy, name))))
        {
            string path = Path.Combine(copy, name), kept = path + ".kept";
            File.Move(path, kept);
            SpecialFile.MakePipe(path);
            InvalidDataException fault = Assert.Throws<InvalidDataException>(() =>
            {
                _ = Qwen25VlProcessor.Load(copy);
                _ = GenerationConfiguration.Load(copy);
                CheckpointReader.Inspect(copy);
            });
            Assert.Equal($"{path}: expected a regular file, got a named pipe.", fault.Message);
            File.Delete(path);
            File.Move(kept, path);
        }
    }

    [UnixFact("named pipes")]
    public void APictureThatIsAPipeIsRefused()
    {
        string pipe = SpecialFile.MakePipe(_folder.PathOf("picture.png"));
        Assert.Throws<InvalidDataException>(() => PictureFile.Decode(pipe));
    }

    [Fact]
    public void WeightsOfAnotherFormatAreNeverOpened()
    {
        string copy = _folder.CopyOf(ReferenceSet.PathOf(ReferenceSet.Checkpoints()[0]));
        foreach (string weights in Directory.GetFiles(copy, "*.safetensors*")) File.Delete(weights);
        if (!OperatingSystem.IsWindows()) SpecialFile.MakePipe(Path.Combine(copy, "pytorch_model.bin"));
        ModelConfiguration configuration = ModelConfiguration.Load(copy);
        Assert.Contains("convert", Assert.Throws<FileNotFoundException>(() => CheckpointReader.Validate(copy, configuration)).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void OpeningThatWaitsEndsWithTheCancellation()
    {
        using ManualResetEventSlim answer = new(), released = new();
        using CancellationTokenSource cancellation = new();
        using IDisposable token = FileWait.CancelWith(cancellation.Token);
        cancellation.CancelAfter(50);
        Assert.Throws<OperationCanceledException>(() => FileWait.Run(
            () =>
            {
                answer.Wait();
                return 1;
            },
            _ => released.Set()));
        answer.Set();
        Assert.True(released.Wait(TimeSpan.FromSeconds(30)), "what was opened too late is let go");
    }

    [Fact]
    public void LinesAreBoundedAndOfStrictUtf8()
    {
        string path = _folder.PathOf("lines");
        File.WriteAllText(path, "a\r\n" + new string('b', 5000) + "\n\nend");
        Assert.Equal(["a", new string('b', 5000), "", "end"], InputFile.ReadLines(path));
        Assert.Equal($"{path}: line 2: expected at most 4999 characters, got more.",
            Assert.Throws<InvalidDataException>(() => InputFile.ReadLines(path, longestLine: 4999).Count()).Message);
        File.WriteAllBytes(path, [0x61, 0xFF]);
        Assert.Equal($"{path}: expected UTF-8 text.", Assert.Throws<InvalidDataException>(() => InputFile.ReadLines(path).Count()).Message);
        Assert.Equal($"{path}: expected UTF-8 text.", Assert.Throws<InvalidDataException>(() => InputFile.ReadText(path, 9)).Message);
    }

    private string Link(string name, string target)
    {
        File.CreateSymbolicLink(_folder.PathOf(name), target);
        return _folder.PathOf(name);
    }

    private static void AssertRefused(string path, string message) =>
        Assert.Equal($"{path}: {message}", Assert.Throws<InvalidDataException>(() => InputFile.Open(path)).Message);
}
