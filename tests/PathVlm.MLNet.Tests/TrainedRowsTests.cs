using System.IO.Compression;
using Microsoft.ML;
using Microsoft.ML.Data;
using PathVlm.MLNet.Data.Rows;
using PathVlm.MLNet.Inference.Answering;
using PathVlm.MLNet.Tests.Contract;
using PathVlm.MLNet.Training.Sft;

namespace PathVlm.MLNet.Tests;

/// <summary>The pictures that a model was trained on travel with it.</summary>
public sealed class TrainedRowsTests : IDisposable
{
    private readonly MLContext _ml = new();
    private readonly TestFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void ATrainedModelAndItsZipKnowTheirPictures()
    {
        PathologyDataView rows = TinyCheckpoint.Rows("Sft", "Sft", "Test");
        using PathologyTransformer model = _ml.Pathology().SupervisedFineTuning(TinyCheckpoint.SftOptions()).Fit(rows);
        string zip = _folder.PathOf("model.zip");
        _ml.Model.Save(model, rows.Schema, zip);

        Assert.Equal(["q0", "q1"], TrainedRows.Find(rows, model));
        Assert.Equal(["q0", "q1"], TrainedRows.Find(rows, zip));
        using PathologyTransformer loaded = Assert.Single(PathologyModelFile.LoadStages(zip));
        Assert.Equal(model.TrainedPictures, loaded.TrainedPictures);
        Assert.Equal(2, model.TrainedPictures.Count);
        using PathologyTransformer untrained = _ml.Pathology().Pretrained(TinyCheckpoint.Folder);
        Assert.Empty(TrainedRows.Find(rows, untrained));
        Assert.Empty(TrainedRows.Find(rows, TinyCheckpoint.Folder));
    }

    [Fact]
    public void ALaterStageKnowsThePicturesOfThoseBefore()
    {
        PathologyDataView rows = TinyCheckpoint.Rows("Sft", "Rl", "Rl");
        PathologySftOptions second = TinyCheckpoint.SftOptions();
        (second.BaseModel, second.Stage) = (null, "Rl");
        using TransformerChain<PathologyTransformer> chain = _ml.Pathology().SupervisedFineTuning(TinyCheckpoint.SftOptions())
            .Append(_ml.Pathology().SupervisedFineTuning(second)).Fit(rows);
        string zip = _folder.PathOf("chain.zip");
        _ml.Model.Save(chain, rows.Schema, zip);
        IReadOnlyList<PathologyTransformer> stages = PathologyModelFile.StagesOf(chain);
        Assert.Single(stages[0].TrainedPictures);
        Assert.Equal(3, stages[1].TrainedPictures.Count);
        Assert.Equal(["q0", "q1", "q2"], TrainedRows.Find(rows, zip));
    }

    [Fact]
    public void ADamagedEntryIsNamed()
    {
        PathologyDataView rows = TinyCheckpoint.Rows("Sft", "Sft");
        string zip = _folder.PathOf("model.zip");
        using (PathologyTransformer model = _ml.Pathology().SupervisedFineTuning(TinyCheckpoint.SftOptions()).Fit(rows))
            _ml.Model.Save(model, rows.Schema, zip);
        using (ZipArchive archive = ZipFile.Open(zip, ZipArchiveMode.Update))
        {
            ZipArchiveEntry entry = Assert.Single(archive.Entries, entry => entry.Name == "TrainedPictures.txt");
            string name = entry.FullName;
            entry.Delete();
            using StreamWriter text = new(archive.CreateEntry(name).Open());
            text.Write("no hash");
        }

        Assert.Contains("TrainedPictures.txt", Assert.Throws<InvalidDataException>(() => TrainedRows.Find(rows, zip)).Message,
            StringComparison.Ordinal);
        Assert.Contains("TrainedPictures.txt: SHA-256", Assert.Throws<InvalidDataException>(
            () => PathologyModelFile.LoadStages(zip)).Message, StringComparison.Ordinal);
    }
}
