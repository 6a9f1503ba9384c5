using Microsoft.ML;
using PathVlm.MLNet.Data;
using PathVlm.MLNet.Data.Rows;

namespace PathVlm.MLNet.Tests.Data.Loading;

public sealed class PathMmuLoaderTests : IDisposable
{
    private readonly DataFolder _folder = new();
    private readonly PathologyDataCatalog _data = new MLContext(1).Pathology().Data;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void SubsetsAndSplitsBecomeIdsAndNoMayStartAnew()
    {
        _folder.Picture("images/a.png");
        _folder.Write("data.json", $$"""
            {"PubMed": {"val": [{{Row(1)}}, {{Row(2)}}], "test": [{{Row(1)}}, {{Row(1)}}]}, "EduContent": {"test": [{{Row(1)}}] } }
            """);

        PathologyDataView view = _data.LoadPathMmu(_folder.Path);

        Assert.Equal(["PubMed/val/1", "PubMed/val/2", "PubMed/test/1", "PubMed/test/1#2", "EduContent/test/1"],
            view.Questions.Select(row => row.Id));
        Assert.Equal(["PubMed", "PubMed", "PubMed", "PubMed", "EduContent"], view.Questions.Select(row => row.Subset));
        Assert.Equal(new PathologyQuestion("", "", "", [], "")with
        {
            Id = "PubMed/val/1",
            ImagePath = Path.Combine(_folder.Path, "images", "a.png"),
            Question = "What is seen?",
            Options = view.Questions[0].Options,
            Answer = "B) no",
            Explanation = "Because.",
            Subset = "PubMed",
            Split = "val",
        }, view.Questions[0]);
        Assert.Equal(["A) yes", "B) no"], view.Questions[0].Options);
    }

    [Theory]
    [InlineData("""{"test": [ROW]}""", "test/1", "")]
    [InlineData("""[ROW]""", "1", "")]
    [InlineData("""{"PubMed": {"test": [ROW]}}""", "PubMed/test/1", "PubMed")]
    public void BareLevelsAreRead(string json, string id, string subset)
    {
        _folder.Picture("a.png");
        PathologyQuestion row =
            Assert.Single(_data.LoadPathMmu(_folder.Write("x.json", json.Replace("ROW", Row(1), StringComparison.Ordinal))).Questions);
        Assert.Equal((id, subset), (row.Id, row.Subset));
    }

    [Fact]
    public void AskedPartsAreTakenAndUnknownOnesRefused()
    {
        _folder.Picture("a.png");
        _folder.Write("data.json", $$"""{"PubMed": {"val": [{{Row(1)}}], "test": [{{Row(2)}}]}, "Atlas": {"test": [{{Row(3)}}] } }""");

        Assert.Equal(["PubMed/test/2"], _data.LoadPathMmu(_folder.Path, ["PubMed"], ["test"]).Questions.Select(row => row.Id));
        ArgumentOutOfRangeException fault = Assert.Throws<ArgumentOutOfRangeException>(() => _data.LoadPathMmu(_folder.Path, ["PubMd"]));
        Assert.Contains("has no subsets [PubMd]; it has [Atlas], [PubMed]", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void OptionsAndAnswersOfEveryTypingAreBroughtIntoOneForm()
    {
        _folder.Picture("a.png");
        string Options(string options, string answer) =>
            $$"""{"No": 1, "img": "a.png", "question": "q", "options": {{options}}, "answer": "{{answer}}"}""";
        _folder.Write("data.json", $$"""
            [{{Options("""["A. p16 (INK4a)", "B . Acute: severe", "C. (x)"]""", "b")}},
             {{Options("""["A)yes", "B)no"]""", "B)no")}},
             {{Options("""["yes", "no"]""", "A")}},
             {{Options("""["E. coli", "Klebsiella"]""", "E. coli")}},
             {{Options("""["A) yes", "B) no"]""", "No")}}]
            """);

        IReadOnlyList<PathologyQuestion> rows = _data.LoadPathMmu(_folder.Path).Questions;

        Assert.Equal(["A) p16 (INK4a)", "B) Acute: severe", "C) (x)"], rows[0].Options);
        Assert.Equal(["A) E. coli", "B) Klebsiella"], rows[3].Options);
        Assert.Equal(["B) Acute: severe", "B) no", "A) yes", "A) E. coli", "B) no"], rows.Select(row => row.Answer));
    }

    [Theory]
    [InlineData("\"options\": [\"A) x\", \"C) y\"], \"answer\": \"A) x\"",
        "[options] have the labels A, C; expected A, B, C … without a gap")]
    [InlineData("\"options\": [\"A) x\", \"y\"], \"answer\": \"A) x\"",
        "[options] have the labels A, none; expected a label on each or on none")]
    [InlineData("\"options\": [\"A) x\", \"A) y\"], \"answer\": \"A) x\"", "[options] have the labels A, A; expected labels that differ")]
    [InlineData("\"options\": [\"A) x\", \"B) X.\"], \"answer\": \"A) x\"", "[options] repeat the text [x]; expected texts that differ")]
    [InlineData("\"options\": [\"A) x\", \"B)\"], \"answer\": \"A) x\"", "[options] [B] has no text; expected a label and a text")]
    [InlineData("\"options\": [\"A) x\"], \"answer\": \"A) x\"", "[options] hold 1; expected two or more")]
    [InlineData("\"options\": \"A) x\", \"answer\": \"A) x\"", "[options] is the text [A) x]; expected a list of two or more texts")]
    [InlineData("\"options\": [\"A) x\", [1]], \"answer\": \"A) x\"", "[options] holds a list at place 2; expected texts")]
    [InlineData("\"answer\": \"A) x\"", "[options] is missing; expected a list of two or more texts")]
    [InlineData("\"options\": [\"A) x\", \"B) y\"], \"answer\": \"C) z\"",
        "[answer] is [C) z], which is none of the options [A) x], [B) y]")]
    [InlineData("\"options\": [\"A) x\", \"B) y\"], \"answer\": \"A) y\"", "[answer] is [A) y], which is none of the options")]
    [InlineData("\"options\": [\"A) x\", \"B) y\"], \"answer\": \"C\"", "[answer] is [C], which is none of the options")]
    [InlineData("\"options\": [\"A) x\", \"B) y\"], \"answer\": {}", "[answer] is an object; expected a text")]
    [InlineData("\"options\": [\"A) x\", \"B) y\"], \"answer\": \" \"", "[answer] is blank; expected a text")]
    [InlineData("\"options\": [\"A) x\", \"B) y\"], \"answer\": null", "[answer] is missing; expected a text")]
    public void RowFaultNamesFileRowAndField(string fields, string expected)
    {
        _folder.Picture("a.png");
        string file = _folder.Write("data.json", $$"""{"S": {"t": [{"No": 7, "img": "a.png", "question": "q", {{fields}} }] } }""");

        InvalidDataException fault = Assert.Throws<InvalidDataException>(() => _data.LoadPathMmu(_folder.Path));

        Assert.StartsWith($"{file}: row [S/t/7], field {expected}", fault.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("../secret.png", "which lies outside")]
    [InlineData("images/../../secret.png", "which lies outside")]
    [InlineData("..\\\\secret.png", "which lies outside")]
    [InlineData("/etc/passwd", "an absolute path")]
    [InlineData("C:/x.png", "an absolute path")]
    [InlineData("linked/../../secret.png", "which lies outside")]
    [InlineData("missing.png", "but there is no picture")]
    [InlineData("images", "but there is no picture")]
    [InlineData("a\\u0000.png", "holds a zero character")]
    [InlineData("", "is blank")]
    public void PictureThatIsMissingOrOutsideItsFolderIsRefused(string image, string expected)
    {
        using var outside = new DataFolder();
        outside.Picture("secret.png");
        string set = Path.Combine(_folder.Path, "set");
        _folder.Picture("set/images/a.png");
        _folder.Picture("secret.png");
        Directory.CreateSymbolicLink(Path.Combine(set, "linked"), outside.Path);
        _folder.Write("set/data.json",
            $$"""[{"No": 1, "img": "{{image}}", "question": "q", "options": ["A) x", "B) y"], "answer": "A"}]""");

        InvalidDataException fault = Assert.Throws<InvalidDataException>(() => _data.LoadPathMmu(set));

        Assert.Contains("row [1], field [img]", fault.Message, StringComparison.Ordinal);
        Assert.Contains(expected, fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void LinksAreFollowedWhereverTheyLead()
    {
        // A hub's cache: data and pictures are links into a folder of blobs; and a folder of pictures that is a link itself.
        using var blobs = new DataFolder();
        blobs.Picture("b.png");
        File.CreateSymbolicLink(Path.Combine(_folder.Path, "linked.png"), blobs.Picture("c0ffee"));
        Directory.CreateSymbolicLink(Path.Combine(_folder.Path, "images"), blobs.Path);
        string list = blobs.Write(
            "feed", $"[{Row(1).Replace("a.png", "linked.png", StringComparison.Ordinal)}, "
            + $"{Row(2).Replace("a.png", "b.png", StringComparison.Ordinal)}]");
        File.CreateSymbolicLink(Path.Combine(_folder.Path, "data.json"), list);
        Assert.Equal(2, _data.LoadPathMmu(_folder.Path).Questions.Count);
    }

    [Fact]
    public void SkippedRowsAreCountedAndNamed()
    {
        _folder.Picture("a.png");
        _folder.Write("data.json", $$"""
            {"t": [{{Row(1)}}, {"No": 2}, "text", {{Row(4)}},
             {"No": 5, "img": "a.png", "question": "q", "options": ["A) x", "B) y"], "answer": "Z"}]}
            """);

        PathologyDataView view = _data.LoadPathMmu(_folder.Path, rowFaults: RowFaultPolicy.Skip);

        Assert.Equal(["t/1", "t/4"], view.Questions.Select(row => row.Id));
        Assert.Equal(["t/2", "t/(place 3)", "t/5"], view.LoadReport.SkippedIds);
        Assert.StartsWith("2 rows read, 3 left out\n", view.LoadReport.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void AllFaultsAreToldAtOnce()
    {
        _folder.Write("data.json", """{"t": [{"No": 1}, {"No": 2}]}""");
        InvalidDataException fault = Assert.Throws<InvalidDataException>(() => _data.LoadPathMmu(_folder.Path));
        Assert.StartsWith("8 faults in 2 rows; correct them, or leave such rows out with RowFaultPolicy.Skip\n", fault.Message,
            StringComparison.Ordinal);
        Assert.Equal(9, fault.Message.Split('\n').Length);
    }

    [Theory]
    [InlineData("""{"t": [{"No": 1, "im""", "line 1, byte ")]
    [InlineData("{\n\"t\": [\n{]}", "line 3, byte 2")]
    [InlineData("", "is no whole JSON document")]
    [InlineData("{} trailing", "line 1, byte 4")]
    [InlineData("7", "the file is the number 7; expected subsets of splits, or splits of rows")]
    [InlineData("""{"S": 7}""", "[S] is the number 7")]
    [InlineData("""{"S": {"t": {}}}""", "[S].[t] is an object; expected a list of rows")]
    [InlineData("{}", "holds no row that was asked for")]
    public void FileThatIsNoSuchJsonGivesOneErrorWithItsPlace(string json, string expected)
    {
        string file = _folder.Write("data.json", json);
        InvalidDataException fault = Assert.Throws<InvalidDataException>(() => _data.LoadPathMmu(_folder.Path));
        Assert.StartsWith(file + ": ", fault.Message, StringComparison.Ordinal);
        Assert.Contains(expected, fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void DeeplyNestedJsonIsRefused()
    {
        _folder.Write("data.json", new string('[', 100_000));
        InvalidDataException fault = Assert.Throws<InvalidDataException>(() => _data.LoadPathMmu(_folder.Path));
        Assert.Contains("maximum configured depth", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void PathThatIsNothingIsNamed()
    {
        Assert.Contains("holds no data.json", Assert.Throws<FileNotFoundException>(() => _data.LoadPathMmu(_folder.Path)).Message,
            StringComparison.Ordinal);
        Assert.Contains("neither a file nor a folder",
            Assert.Throws<FileNotFoundException>(() => _data.LoadPathMmu(_folder.Path + "/none")).Message, StringComparison.Ordinal);
    }

    private static string Row(int number) => $$"""
        {"No": {{number}}, "img": "a.png", "question": "What is seen?", "options": ["A) yes", "B) no"], "answer": "B) no",
         "explanation": "Because."}
        """;
}
