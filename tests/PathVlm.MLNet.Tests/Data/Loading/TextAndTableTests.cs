using System.Text;
using Microsoft.ML;
using PathVlm.MLNet.Data;
using PathVlm.MLNet.Data.Faults;
using PathVlm.MLNet.Data.Loading;
using PathVlm.MLNet.Data.Rows;

namespace PathVlm.MLNet.Tests.Data.Loading;

/// <summary>Encodings, separators, and what one bad line costs.</summary>
public sealed class TextAndTableTests : IDisposable
{
    private const string Json = """{"image": "a.png", "question": "Sjögren at 5 µm?", "options": ["naïve", "none"], "answer": "naïve"}""";
    private readonly DataFolder _folder = new();
    private readonly PathologyDataCatalog _data = new MLContext(1).Pathology().Data;

    static TextAndTableTests() => Encoding.RegisterProvider(CodePagesEncodingProvider.Instance);

    public TextAndTableTests() => _folder.Picture("a.png");

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("x.jsonl", Json, 1)]
    [InlineData("x.json", "[\n" + Json + "]", 2)]
    [InlineData("x.csv", "image,question,options,answer\na.png,Sjögren at 5 µm?,naïve|none,naïve\n", 2)]
    public void AnotherEncodingIsRefusedWithItsByteAndReadWhereItIsNamed(string name, string text, int line)
    {
        string file = _folder.Write(name, "");
        byte[] bytes = Encoding.GetEncoding("windows-1252").GetBytes(text);
        int place = Array.IndexOf(bytes, (byte)0xF6) + 1;
        File.WriteAllBytes(file, bytes);

        InvalidDataException fault = Assert.Throws<InvalidDataException>(() => _data.Load(file));
        Assert.StartsWith($"{file}: expected UTF-8, got the byte 0xF6 at byte {place} (line {line}); ", fault.Message,
            StringComparison.Ordinal);
        Assert.Equal(DataRemedy.NameEncoding, DataFault.Find(fault)!.Value.Remedy);
        PathologyQuestion read = Assert.Single(_data.Load(file, new PathologyLoadOptions { Encoding = "windows-1252" }).Questions);
        Assert.Equal(("Sjögren at 5 µm?", "A) naïve"), (read.Question, read.Answer));
    }

    [Theory]
    [InlineData("utf-8")]
    [InlineData("utf-16")]
    [InlineData("utf-16BE")]
    public void AByteOrderMarkNamesTheEncoding(string encoding)
    {
        string file = _folder.Write("x.jsonl", "");
        File.WriteAllText(file, Json, Encoding.GetEncoding(encoding));
        Assert.Equal("Sjögren at 5 µm?", Assert.Single(_data.Load(file).Questions).Question);
    }

    [Fact]
    public void AnUnknownEncodingIsToldByItsOption() => Assert.Contains(
        "Encoding: expected a known encoding, such as windows-1252, got [latin-one]",
        Assert.Throws<ArgumentOutOfRangeException>(
            () => _data.Load(_folder.Write("x.jsonl", Json), new PathologyLoadOptions { Encoding = "latin-one" })).Message,
        StringComparison.Ordinal);

    [Theory]
    [InlineData("x.csv", "image,question,options,answer\na.png,\"q, r\",x|y,y\n", "q, r")]
    [InlineData("x.csv", "Image;QUESTION;Options;answer\na.png;q, r;x|y;y\n", "q, r")]
    [InlineData("x.csv", "image\tquestion\toptions\tanswer\na.png\tq, r; s\tx|y\ty\n", "q, r; s")]
    [InlineData("x.tsv", "image\tquestion, as asked\tquestion\toptions\tanswer\na.png\t\tq\tx|y\ty\n", "q")]
    public void SeparatorIsFoundAndHeadsAreReadInAnyCase(string name, string text, string question)
    {
        PathologyQuestion read = Assert.Single(_data.Load(_folder.Write(name, text)).Questions);
        Assert.Equal((question, "B) y"), (read.Question, read.Answer));
    }

    [Theory]
    [InlineData("a.png,a 5\" tile,x|y,y")]
    [InlineData("a.png,\"never closed,x|y,y")]
    [InlineData("a.png,\"closed\" late,x|y,y")]
    [InlineData("a.png,q,x|y,y,one too many")]
    public void ABadLineCostsItsRowAndNoOther(string bad)
    {
        string text = "image,question,options,answer\na.png,one,x|y,y\n" + bad + "\n\na.png,\"two,\nlines\",x|y,y\na.png,three,x|y,y\n";
        PathologyDataView view = _data.Load(_folder.Write("x.csv", text), new PathologyLoadOptions { RowFaults = RowFaultPolicy.Skip });
        Assert.Equal(["one", "two,\nlines", "three"], view.Questions.Select(row => row.Question));
        Assert.Equal(["line 3"], view.LoadReport.SkippedIds);
        Assert.Equal(["line 2", "line 6", "line 7"], view.Questions.Select(row => row.Id));
    }

    [Fact]
    public void UnreadableAndCutPicturesAreFaultsOfTheirRowsAllToldAtOnce()
    {
        byte[] whole = File.ReadAllBytes(Path.Combine(_folder.Path, "a.png"));
        File.WriteAllBytes(Path.Combine(_folder.Path, "cut.png"), whole[..^20]);
        _folder.Write("text.png", "no picture");
        string Row(string image, string answer) =>
            $$"""{"image": "{{image}}", "question": "q", "options": ["x", "y"], "answer": "{{answer}}"}""";
        string file = _folder.Write(
            "x.jsonl", string.Join('\n', Row("a.png", "x"), Row("cut.png", "x"), Row("text.png", "x"),
                Row("gone.png", "x"), Row("a.png", "z")));

        InvalidDataException fault = Assert.Throws<InvalidDataException>(
            () => _data.Load(file, new PathologyLoadOptions { CheckPictures = true }));
        Assert.StartsWith("4 faults in 4 rows; ", fault.Message, StringComparison.Ordinal);
        Assert.All(new[] { "row [line 2], field [image]", "row [line 3], field [image]", "row [line 4], field [image]",
            "row [line 5], field [answer]" }, part => Assert.Contains(part, fault.Message, StringComparison.Ordinal));

        PathologyDataView kept = _data.Load(
            file, new PathologyLoadOptions { CheckPictures = true, RowFaults = RowFaultPolicy.Skip });
        Assert.Equal(["line 1"], kept.Questions.Select(row => row.Id));
        Assert.Equal(["line 2", "line 3", "line 4", "line 5"], kept.LoadReport.SkippedIds.Order());
    }
}
