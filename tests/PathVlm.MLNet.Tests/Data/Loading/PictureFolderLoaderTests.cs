using Microsoft.ML;
using PathVlm.MLNet.Data;
using PathVlm.MLNet.Data.Rows;

namespace PathVlm.MLNet.Tests.Data.Loading;

public sealed class PictureFolderLoaderTests : IDisposable
{
    private readonly DataFolder _folder = new();
    private readonly PathologyDataCatalog _data = new MLContext(1).Pathology().Data;

    public PictureFolderLoaderTests() => _folder.Picture("tiles/a.png");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void JsonLinesAreRead()
    {
        _folder.Write("questions.jsonl", """
        {"id":"one","image":"tiles/a.png","question":"q?","options":["yes","no"],"answer":"no","explanation":"e","subset":"s","stage":"Sft"}

        {"image": "tiles/a.png", "question": "q?", "options": ["A) yes", "B) no"], "answer": "A"}
        """);

        IReadOnlyList<PathologyQuestion> rows = _data.LoadFolder(_folder.Path).Questions;

        Assert.Equal(["one", "line 3"], rows.Select(row => row.Id));
        Assert.Equal(["B) no", "A) yes"], rows.Select(row => row.Answer));
        Assert.Equal(("e", "s", "Sft"), (rows[0].Explanation, rows[0].Subset, rows[0].Stage));
        Assert.Null(rows[1].Stage);
    }

    [Theory]
    [InlineData("image,question,options,answer\ntiles/a.png,\"one, \"\"two\"\"\nthree\",yes|no,no\n")]
    [InlineData("\ufeffImage, Question ,option_b,option_a,ANSWER\r\ntiles/a.png,\"one, \"\"two\"\"\nthree\",no,yes,B) no\r\n")]
    public void CsvIsReadWithEitherFormOfOptions(string csv)
    {
        _folder.Write("list.csv", csv);
        PathologyQuestion row = Assert.Single(_data.LoadFolder(_folder.Path).Questions);
        Assert.Equal("one, \"two\"\nthree", row.Question);
        Assert.Equal(["A) yes", "B) no"], row.Options);
        Assert.Equal("B) no", row.Answer);
    }

    [Theory]
    [InlineData("x.jsonl", "{\"image\": \"tiles/a.p", "row [line 1], field [row] is no whole JSON object: byte ")]
    [InlineData("x.jsonl", "\n[]", "row [line 2], field [row] is a list; expected an object")]
    [InlineData("x.jsonl", "{\"image\": \"../a.png\", \"question\": \"q\", \"options\": [\"x\", \"y\"], \"answer\": \"A\"}",
        "row [line 1], field [image] is [../a.png], which lies outside")]
    [InlineData("x.csv", "image,question,options,answer\ntiles/a.png,q,yes|no\n",
        "row [line 2], field [row] has 3 fields; expected 4, as the head line has")]
    [InlineData("x.csv", "image,question,options,answer\ntiles/a.png,q,yes|no,maybe\n",
        "row [line 2], field [answer] is [maybe], which is none of the options [yes], [no]")]
    [InlineData("x.csv", "image,question,options,answer\ntiles/a.png,q,yes,yes\n",
        "row [line 2], field [options] hold 1; expected two or more")]
    [InlineData("x.csv", "image,question,options\ntiles/a.png,q,yes|no\n",
        "recognised as columns (image, question, answer), but its rows have no [answer]; they have [image], [question], [options]")]
    [InlineData("x.csv", "image,question,option_a,option_b,option_c,answer\ntiles/a.png,q,yes,,no,C\n",
        "row [line 2], field [option_A …] [] has no text")]
    [InlineData("x.csv", "image,image,question,options,answer\n", "the head line names [image] twice")]
    [InlineData("x.csv", "", "is empty")]
    [InlineData("x.csv", "image,question,options,answer\ntiles/a.png,q\"x,yes|no,no\n", "has a quote out of place")]
    [InlineData("x.csv", "image,question,options,answer\n", "holds no row that was asked for")]
    public void FaultNamesFileLineAndField(string name, string text, string expected)
    {
        string file = _folder.Write(name, text);
        InvalidDataException fault = Assert.Throws<InvalidDataException>(() => _data.LoadFolder(file));
        Assert.StartsWith(file, fault.Message, StringComparison.Ordinal);
        Assert.Contains(expected, fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void TwoWrongOptionsWithOneTextAreAWarningAndTheRowIsUsed()
    {
        _folder.Write("x.csv", "image,question,options,answer\ntiles/a.png,q,yes|no|No.,yes\n");
        LoadReport report = _data.LoadFolder(_folder.Path).LoadReport;
        Assert.Equal((1, 0), (report.RowCount, report.Faults.Count));
        Assert.EndsWith(
            "1 rows read, 0 left out\n1 warnings in rows that are used\n"
            + $"{_folder.Path}/x.csv: row [line 2], field [options] repeat the text [no]; expected texts that differ",
            report.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void BrokenLineIsSkippedWhereAsked()
    {
        _folder.Write("x.jsonl", """
            {"image": "tiles/a.png", "question": "q?", "options": ["yes", "no"], "answer": "no"}
            {"image":
            """);
        PathologyDataView view = _data.LoadFolder(_folder.Path, rowFaults: RowFaultPolicy.Skip);
        Assert.Equal(["line 2"], view.LoadReport.SkippedIds);
        Assert.Single(view.Questions);
    }

    [Fact]
    public void SeveralListsInOneFolderAreNotGuessed()
    {
        _folder.Write("a.csv", "");
        _folder.Write("b.jsonl", "");
        Assert.Contains("holds 2 files (a.csv, b.jsonl); name one",
            Assert.Throws<ArgumentException>(() => _data.LoadFolder(_folder.Path)).Message, StringComparison.Ordinal);
    }
}
