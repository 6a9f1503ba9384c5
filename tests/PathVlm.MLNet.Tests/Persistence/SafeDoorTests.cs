using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;
using Microsoft.ML;
using Microsoft.ML.Transforms;
using PathVlm.MLNet.Data.Rows;
using PathVlm.MLNet.Inference.Answering;
using PathVlm.MLNet.Inference.Policies;
using PathVlm.MLNet.Persistence.Zips;
using PathVlm.MLNet.Tests.Contract;
using PathVlm.Modeling;
using PathVlm.Modeling.Files;
using PathVlm.Modeling.Files.Platform;
using PathVlm.Testing;

namespace PathVlm.MLNet.Tests.Persistence;

/// <summary>What <c>mlContext.Pathology().Load</c> and <c>Save</c> keep that ML.NET's own calls do not.</summary>
public sealed class SafeDoorTests : IDisposable
{
    private static readonly Lazy<byte[]> Good = new(() =>
    {
        using var folder = new TestFolder();
        var ml = new MLContext();
        using PathologyTransformer model = ml.Pathology().Pretrained(TinyCheckpoint.Folder);
        ml.Pathology().Save(model, TinyCheckpoint.Rows("Rl").Schema, folder.PathOf("good.zip"));
        return File.ReadAllBytes(folder.PathOf("good.zip"));
    });

    private readonly PathologyCatalog _pathology = new MLContext().Pathology();
    private readonly TestFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void AGoodZipIsLoadedByBothDoors()
    {
        string zip = Copy();
        foreach (ITransformer model in new[] { _pathology.Load(zip, out DataViewSchema _), new MLContext().Model.Load(zip, out _) })
            ((IDisposable)PathologyModelFile.StagesOf(model).Single()).Dispose();
    }

    [Theory]
    [InlineData("Model.key")]
    [InlineData("Schema")]
    [InlineData("Policy.json")]
    [InlineData("extra")]
    public void ABombInAnyEntryIsRefusedBeforeItIsUnpacked(string entry)
    {
        string zip = Copy();
        using (ZipArchive archive = ZipFile.Open(zip, ZipArchiveMode.Update))
        {
            ZipArchiveEntry? known = archive.Entries.FirstOrDefault(item => item.Name == entry);
            string name = known?.FullName ?? entry;
            known?.Delete();
            using Stream content = archive.CreateEntry(name).Open();
            byte[] zeros = new byte[1 << 20];
            for (int written = 0; written < 300; written++) content.Write(zeros);
        }

        AssertRefused(zip, $"{entry}: expected at most ");
    }

    [Theory]
    [InlineData("../escape", "expected a relative name")]
    [InlineData("/etc/absolute", "expected a relative name")]
    [InlineData("a\\..\\b", "expected a relative name")]
    [InlineData("c:x", "expected a relative name")]
    [InlineData("TrainingInfo/Version.txt", "stands there twice")]
    public void ANameThatLeavesOrRepeatsIsRefused(string name, string message)
    {
        string zip = Copy();
        using (ZipArchive archive = ZipFile.Open(zip, ZipArchiveMode.Update))
        {
            if (archive.GetEntry("TrainingInfo/Version.txt") is null) archive.CreateEntry("TrainingInfo/Version.txt").Open().Dispose();
            archive.CreateEntry(name == "TrainingInfo/Version.txt" ? "traininginfo\\version.txt" : name).Open().Dispose();
        }

        AssertRefused(zip, message);
    }

    [Fact]
    public void MoreEntriesThanAModelHasAreRefusedFromTheEndOfTheZip()
    {
        string zip = _folder.PathOf("many.zip");
        using (ZipArchive archive = ZipFile.Open(zip, ZipArchiveMode.Create))
            for (int index = 0; index < 70_000; index++) archive.CreateEntry($"{index}");
        AssertRefused(zip, "expected at most 10000 entries, got 70000.");
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(1)]
    public void ASizeThatIsNotTrueIsRefused(int difference)
    {
        string zip = Copy();
        byte[] bytes = File.ReadAllBytes(zip);
        string name;
        using (ZipArchive archive = ZipFile.OpenRead(zip))
            name = archive.Entries.First(item => item.Name == "Component.json").FullName;
        int place = LastIndexOf(bytes, Encoding.UTF8.GetBytes(name)) - 46;
        int size = BinaryPrimitives.ReadInt32LittleEndian(bytes.AsSpan(place + 24));
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(place + 24), size + difference);
        File.WriteAllBytes(zip, bytes);
        AssertRefused(zip, "Component.json: ");
    }

    [Fact]
    public void AnyFlippedBitOfASmallEntryIsFound()
    {
        ZipEditing.EditBytes(Copy(), "Weights.safetensors", _ => null);
        byte[] good = File.ReadAllBytes(_folder.PathOf("model.zip"));
        Random random = new(20261127);
        string zip = _folder.PathOf("flipped.zip");
        int refused = 0;
        for (int round = 0; round < 60; round++)
        {
            byte[] bytes = [.. good];
            bytes[random.Next(bytes.Length)] ^= (byte)(1 << random.Next(8));
            File.WriteAllBytes(zip, bytes);
            try
            {
                using FileStream stream = InputFile.OpenStream(zip);
                ZipCheck.Run(stream, zip, []);
            }
            catch (InvalidDataException)
            {
                refused++;
            }
        }

        Assert.InRange(refused, 50, 60); // a time stamp or an attribute may differ without harm
    }

    [Fact]
    public void AnAssemblyThatIsNotAllowedIsRefusedAndNeverLoaded()
    {
        string zip = _folder.PathOf("custom.zip");
        MLContext ml = new();
        IDataView rows = ml.Data.LoadFromEnumerable([new Number { Value = 1 }]);
        ml.ComponentCatalog.RegisterAssembly(typeof(Doubling).Assembly);
        ml.Model.Save(ml.Transforms.CustomMapping<Number, Number>(new Doubling().GetMapping(), Doubling.Name).Fit(rows), rows.Schema, zip);
        string own = typeof(Doubling).Assembly.GetName().Name!;
        AssertRefused(zip, $"got [{own}], which was not loaded; allow it with AllowAssemblies");
        ModelZipOptions allowing = new() { AllowAssemblies = [own] };
        Assert.NotNull(_pathology.Load(zip, out DataViewSchema _, allowing));

        string canary = "Canary" + own[6..]; // of equal length
        ZipEditing.EditBytes(zip, "Model.key", bytes => Replaced(bytes, Encoding.UTF8.GetBytes(own), Encoding.UTF8.GetBytes(canary)));
        ZipEditing.EditBytes(zip, "Model.key", bytes => Replaced(bytes, Encoding.Unicode.GetBytes(own), Encoding.Unicode.GetBytes(canary)));
        AssertRefused(zip, "which was not loaded");
        Assert.DoesNotContain(AppDomain.CurrentDomain.GetAssemblies(),
            assembly => assembly.GetName().Name!.StartsWith("Canary", StringComparison.Ordinal));
    }

    [Fact]
    public void WeightsThatAreNotFiniteAreLoadedOnlyByOption()
    {
        string zip = _folder.PathOf("nan.zip");
        Qwen25VlModel model = Qwen25VlModel.Load(TinyCheckpoint.Folder); // the stage disposes it
        using (TorchSharp.torch.no_grad()) model.CheckpointTensors["model.norm.weight"].fill_(float.NaN);
        var policy = new PathologyPolicy(
            model, CheckpointSource.FromFolder(TinyCheckpoint.Folder).ToMemory(), new PathologyModelOptions().Settings());
        using (var stage = new PathologyTransformer(new MLContext(), policy, new PathologyModelOptions().TransformerSettings))
            _pathology.Save(stage, null, zip);

        AssertRefused(zip, "weights that are NaN or infinite (loaded only with AllowNonFinite): model.norm.weight (");
        Assert.Throws<InvalidDataException>(() => _pathology.Pretrained(zip));
        using PathologyTransformer loaded = _pathology.Pretrained(zip, new PathologyModelOptions { AllowNonFinite = true });
        PathologyPolicy damaged = loaded.Policy;
        InvalidDataException answer = Assert.Throws<InvalidDataException>(() => damaged.Answer(
            [.. PathologyRows.Read(TinyCheckpoint.Rows("Rl"), PathologyRowNeeds.Image).Take(1)]));
        Assert.Contains("the model's output is NaN or infinite at ", answer.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void ASaveThatFailsLeavesTheZipBefore()
    {
        string zip = Copy();
        using PathologyTransformer model = _pathology.Pretrained(zip);
        model.Policy.TakeOver("taken", model.Policy.Settings).Retain().Release();
        byte[] before = File.ReadAllBytes(zip);
        Directory.CreateDirectory(zip + AtomicFile.Unfinished);
        Assert.ThrowsAny<Exception>(() => _pathology.Save(model, null, zip));
        Assert.Equal(before, File.ReadAllBytes(zip));
    }

    [UnixFact("file modes")]
    [System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
    public void TemporaryFilesAreTheOwnersAloneAndThoseOfADeadProcessAreSwept()
    {
        string dead;
        using (PrivateFolder folder = PrivateFolder.Create())
        {
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(folder.Path));
            dead = folder.Path.Replace(ProcessIdentity.Current.ToString(), new ProcessIdentity(int.MaxValue - 1, 1).ToString());
            Directory.CreateDirectory(dead);
            PrivateFolder.Sweep();
            Assert.True(Directory.Exists(folder.Path));
        }

        Assert.False(Directory.Exists(dead));
    }

    [Fact]
    public void LoadingLeavesNoTemporaryFile()
    {
        string own = $"pathvlm-tmp.{ProcessIdentity.Current}.*";
        ((IDisposable)PathologyModelFile.StagesOf(_pathology.Load(Copy(), out _)).Single()).Dispose();
        Assert.Empty(Directory.EnumerateDirectories(Path.GetTempPath(), own));
    }

    private string Copy()
    {
        string path = _folder.PathOf("model.zip");
        File.WriteAllBytes(path, Good.Value);
        return path;
    }

    private void AssertRefused(string zip, string message)
    {
        string told = Assert.Throws<InvalidDataException>(() => _pathology.Load(zip, out _)).Message;
        Assert.Contains(message, told, StringComparison.Ordinal);
        Assert.StartsWith(zip, told, StringComparison.Ordinal);
    }

    private static int LastIndexOf(byte[] bytes, byte[] part) => bytes.AsSpan().LastIndexOf(part);

    private static byte[] Replaced(byte[] bytes, byte[] part, byte[] other)
    {
        byte[] changed = [.. bytes];
        for (int at; (at = changed.AsSpan().IndexOf(part)) >= 0;) other.CopyTo(changed, at);
        return changed;
    }

    private sealed class Number
    {
        public float Value { get; set; }
    }

    [CustomMappingFactoryAttribute(Name)]
    private sealed class Doubling : CustomMappingFactory<Number, Number>
    {
        public const string Name = "Doubling";

        public override Action<Number, Number> GetMapping() => (from, to) => to.Value = 2 * from.Value;
    }
}
