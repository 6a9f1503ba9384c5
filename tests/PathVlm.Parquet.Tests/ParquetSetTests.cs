using Microsoft.ML;
using Parquet.Serialization;
using PathVlm.MLNet;
using PathVlm.MLNet.Data.Loading;
using PathVlm.MLNet.Data.Loading.Records;
using PathVlm.MLNet.Data.Rows;
using PathVlm.Modeling.Processing.Pictures;
using PathVlm.Testing;

namespace PathVlm.Parquet.Tests;

/// <summary>Sets in Parquet files as Hugging Face's hub keeps them.</summary>
public sealed class ParquetSetTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task PicturesInsideTheFileAreReadAndWrittenOnce()
    {
        await ParquetFiles.WriteAsync(_folder.PathOf("train-00000-of-00001.parquet"), ParquetFiles.Rows(4, picture: number => number % 2));
        PathologyDataView rows = Load();
        Assert.Equal(4, rows.Questions.Count);
        Assert.Equal(["A) yes", "B) no"], rows.Questions[0].Options);
        Assert.Equal("B) no", rows.Questions[0].Answer);
        Assert.Equal("because 0", rows.Questions[0].Explanation);
        Assert.Equal("train", rows.Questions[0].Split);
        Assert.Equal(2, Directory.EnumerateFiles(_folder.PathOf("cache"), "*", SearchOption.AllDirectories).Count());
        Assert.Equal(ParquetFiles.Picture(1).Pixels, PictureFile.Decode(rows.Questions[1].ImagePath).Pixels);
        Assert.StartsWith("columns (", rows.LoadReport.Layout, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ShardsOfSplitsInTheFolderDataAreOneSetAndOthersAreNotRead()
    {
        await ParquetFiles.WriteAsync(_folder.PathOf("data/train-00000-of-00002.parquet"), ParquetFiles.Rows(2));
        await ParquetFiles.WriteAsync(_folder.PathOf("data/train-00001-of-00002.parquet"), ParquetFiles.Rows(3));
        await ParquetFiles.WriteAsync(_folder.PathOf("data/test-00000-of-00001.parquet"), ParquetFiles.Rows(1));
        Assert.Equal(6, Load().Questions.Count);
        File.WriteAllText(_folder.PathOf("data/train-00001-of-00002.parquet"), "no Parquet file");
        Assert.Single(Load(new PathologyLoadOptions { Splits = ["test"] }).Questions);
        Assert.Contains("has no splits [dev]", Assert.ThrowsAny<ArgumentException>(
            () => Load(new PathologyLoadOptions { Splits = ["test", "dev"] })).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task RowGroupsFollowEachOtherAndARowWithoutAPictureIsAFaultOfItsRow()
    {
        List<HubRow> rows = ParquetFiles.Rows(5);
        rows[3].image = null;
        rows[4].answer = "perhaps";
        string file = _folder.PathOf("train.parquet");
        await ParquetFiles.WriteAsync(file, rows, rowGroup: 2);
        string message = Assert.Throws<InvalidDataException>(() => Load()).Message;
        Assert.Contains("2 faults in 2 rows", message, StringComparison.Ordinal);
        Assert.Contains("row [train/row 4], field [image] is missing", message, StringComparison.Ordinal);
        Assert.Contains("row [train/row 5], field [answer]", message, StringComparison.Ordinal);
        Assert.Equal(3, Load(new PathologyLoadOptions { RowFaults = RowFaultPolicy.Skip }).Questions.Count);
    }

    [Fact]
    public async Task NumbersOfDeclaredClassesAreTheirNames()
    {
        string file = _folder.PathOf("a.parquet");
        await ParquetSerializer.SerializeAsync(
            new[] { new ClassRow { label = 1, count = 1 } }, file, customMetadata: new Dictionary<string, string>
            {
                ["huggingface"] = """{"info":{"features":{"label":{"names":["benign","malignant"],"_type":"ClassLabel"}}}}""",
            });
        DataValue row = Assert.Single(new ParquetRecordReader().Read(file)).Row;
        Assert.Equal("malignant", row["label"]!.Text);
        Assert.Equal((DataValueKind.Number, "1"), (row["count"]!.Kind, row["count"]!.Text));
    }

    [Fact]
    public async Task APictureThatIsNoneIsAFaultWherePicturesAreChecked()
    {
        List<HubRow> rows = ParquetFiles.Rows(2);
        rows[1].image!.bytes = "no picture"u8.ToArray();
        await ParquetFiles.WriteAsync(_folder.PathOf("train.parquet"), rows);
        Assert.Contains("of no known kind", Assert.Throws<InvalidDataException>(
            () => Load(new PathologyLoadOptions { CheckPictures = true })).Message, StringComparison.Ordinal);
    }

    private PathologyDataView Load(PathologyLoadOptions? options = null)
    {
        PathologyLoadOptions read = options ?? new PathologyLoadOptions();
        read.PictureCache = _folder.PathOf("cache");
        return new MLContext().Pathology().Data.LoadParquet(_folder.Path, read);
    }
}
