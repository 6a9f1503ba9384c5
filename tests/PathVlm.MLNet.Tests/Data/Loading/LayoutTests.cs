using Microsoft.ML;
using PathVlm.MLNet.Data;
using PathVlm.MLNet.Data.Loading;
using PathVlm.MLNet.Data.Rows;

namespace PathVlm.MLNet.Tests.Data.Loading;

/// <summary>Rows as other tools write them: each layout is recognised and gives the row that our own columns give.</summary>
public sealed class LayoutTests : IDisposable
{
    private const string Asked = "Which finding is drawn?";
    private const string Listed = Asked + "\\nA) round nuclei\\nB) keratin pearl";
    private const string Tagged = "<think>Dark dots.</think>\\n<answer>B) keratin pearl</answer>";
    private readonly DataFolder _folder = new();
    private readonly PathologyDataCatalog _data = new MLContext(1).Pathology().Data;

    public LayoutTests() => _folder.Picture("a.png");

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("ms-swift", "{\"messages\":[{\"role\":\"system\",\"content\":\"s\"},{\"role\":\"user\",\"content\":\"<image>" + Listed
        + "\"},{\"role\":\"assistant\",\"content\":\"" + Tagged + "\"}],\"images\":[\"a.png\"]}")]
    [InlineData("ms-swift", "{\"messages\":[{\"role\":\"user\",\"content\":\"<image>" + Listed
        + "\"}],\"images\":[\"a.png\"],\"solution\":\"" + Tagged + "\"}")]
    [InlineData("ms-swift (", "{\"query\":\"" + Listed + "\",\"response\":\"" + Tagged + "\",\"images\":[\"a.png\"]}")]
    [InlineData("ShareGPT", "{\"conversations\":[{\"from\":\"human\",\"value\":\"<image>\\n" + Listed
        + "\"},{\"from\":\"gpt\",\"value\":\"" + Tagged + "\"}],\"image\":\"a.png\"}")]
    [InlineData("alpaca", "{\"instruction\":\"<image>" + Asked + "\",\"input\":\"A) round nuclei\\nB) keratin pearl\",\"output\":\""
        + Tagged + "\",\"images\":[\"a.png\"]}")]
    [InlineData("TRL", "{\"prompt\":[{\"role\":\"user\",\"content\":[{\"type\":\"image\"},{\"type\":\"text\",\"text\":\"" + Listed
        + "\"}]}],\"completion\":[{\"role\":\"assistant\",\"content\":[{\"type\":\"text\",\"text\":\"" + Tagged
        + "\"}]}],\"images\":[\"a.png\"]}")]
    [InlineData("TRL", "{\"prompt\":\"" + Listed + "\",\"completion\":\"" + Tagged + "\",\"image\":\"a.png\"}")]
    [InlineData("TRL messages", "{\"messages\":[{\"role\":\"user\",\"content\":[{\"type\":\"image\",\"image\":\"a.png\"},{"
        + "\"type\":\"text\",\"text\":\"" + Listed + "\"}]},{\"role\":\"assistant\",\"content\":\"" + Tagged + "\"}]}")]
    [InlineData("R1-V", "{\"image\":[\"a.png\"],\"problem\":\"" + Listed + "\",\"solution\":\"" + Tagged + "\"}")]
    [InlineData("columns", "{\"image\":{\"path\":\"a.png\",\"bytes\":null},\"question\":\"" + Listed + "\",\"answer\":\"" + Tagged + "\"}")]
    public void RowIsThatOfOurOwnColumns(string layout, string row)
    {
        foreach ((string name, string text) in new[] { ("x.jsonl", row), ("x.json", $"[{row}]"), ("x.json", $"{{\"all\":[{row}]}}") })
        {
            PathologyDataView view = _data.Load(_folder.Write(name, text));
            PathologyQuestion read = Assert.Single(view.Questions);
            Assert.Contains(layout, view.LoadReport.Layout, StringComparison.Ordinal);
            Assert.Equal((Asked, "B) keratin pearl", "Dark dots."), (read.Question, read.Answer, read.Explanation));
            Assert.Equal(["A) round nuclei", "B) keratin pearl"], read.Options);
            Assert.Equal(Path.Combine(_folder.Path, "a.png"), read.ImagePath);
        }
    }

    [Theory]
    [InlineData("\"options\": [\"x\", \"y\"], \"answer\": \"y\"")]
    [InlineData("\"options\": {\"A\": \"x\", \"B\": \"y\"}, \"answer\": \"B\"")]
    [InlineData("\"choices\": [\"x\", \"y\"], \"answer\": [\"B\"]")]
    [InlineData("\"options\": \"['x', 'y']\", \"answer\": \"B\"")]
    [InlineData("\"options\": \"['x' \\\"y\\\"]\", \"answer\": \"B\"")]
    [InlineData("\"options\": \"A. x\\nB. y\", \"answer\": \"B\"")]
    [InlineData("\"options\": \"x|y\", \"answer\": \"b\"")]
    [InlineData("\"Option_A\": \"x\", \"option_b\": \"y\", \"option_c\": null, \"answer\": \"y\"")]
    [InlineData("\"A\": \"x\", \"B\": \"y\", \"answer\": \"B\"")]
    public void OptionsAreReadHoweverTheyAreWritten(string fields)
    {
        string file = _folder.Write("x.jsonl", $$"""{"IMAGE": "a.png", "Question": "q", {{fields}} }""");
        PathologyQuestion read = Assert.Single(_data.Load(file).Questions);
        Assert.Equal(["A) x", "B) y"], read.Options);
        Assert.Equal("B) y", read.Answer);
    }

    [Fact]
    public void TiffTilesAreReadAndSeveralPicturesOfAFileAreTold()
    {
        File.WriteAllBytes(Path.Combine(_folder.Path, "one.tif"), TiffFile.Of(frames: 1));
        File.WriteAllBytes(Path.Combine(_folder.Path, "stack.TIFF"), TiffFile.Of(frames: 3));
        _folder.Write("questions.jsonl", """
            {"image":"one.tif","question":"q","options":["x","y"],"answer":"x"}
            {"image":"stack.TIFF","question":"q","options":["x","y"],"answer":"x"}
            """);
        PathologyDataView rows = new MLContext().Pathology().Data.Load(_folder.Path, new PathologyLoadOptions { CheckPictures = true });
        Assert.Equal(2, rows.Questions.Count);
        RowFault warning = Assert.Single(rows.LoadReport.Warnings);
        Assert.Equal(("line 2", "image", "holds 3 frames; the first is used"), (warning.RowId, warning.Field, warning.Message));
    }

    [Fact]
    public void NumbersNameOptionsWhereOneOfThemIsZeroAndAreRefusedOtherwise()
    {
        string Row(int answer) => $$"""{"image": "a.png", "question": "q", "options": ["x", "y"], "answer": {{answer}} }""";
        Assert.Equal(["B) y", "A) x"],
            _data.Load(_folder.Write("x.jsonl", $"{Row(1)}\n{Row(0)}")).Questions.Select(row => row.Answer));
        Assert.Contains("may count the options from 0 or from 1", Assert.Throws<InvalidDataException>(
            () => _data.Load(_folder.Write("x.jsonl", Row(1)))).Message, StringComparison.Ordinal);
        Assert.Equal("B) 1", Assert.Single(_data.Load(_folder.Write(
            "x.jsonl", """{"image": "a.png", "question": "How many?", "options": ["0", "1"], "answer": 1}""")).Questions).Answer);
    }

    [Fact]
    public void PmcVqaTableIsRead()
    {
        _folder.Write("train_2.csv", "index,Figure_path,Caption,Question,Choice A,Choice B,Choice C,Choice D,Answer,split\n"
            + "7,a.png,cap,Which?, A:round nuclei , B:keratin pearl , C:psammoma body , D:none ,B,train\n");
        PathologyDataView view = _data.Load(_folder.Path);
        PathologyQuestion read = Assert.Single(view.Questions);
        Assert.StartsWith("PMC-VQA", view.LoadReport.Layout, StringComparison.Ordinal);
        Assert.Equal(("train/7", "Which?", "B) keratin pearl", "train"), (read.Id, read.Question, read.Answer, read.Split));
        Assert.Equal(4, read.Options.Count);
    }

    [Theory]
    [InlineData("""{"qid": 3, "image_name": "a.png", "question": "What is seen?", "answer": "A ring."}""", "VQA-RAD")]
    [InlineData("""{"image": "a.png", "question": "What is seen?", "answer": "A ring."}""", "columns")]
    public void OpenQuestionsAreKeptAndSaidToBeUnscorable(string row, string layout)
    {
        string file = _folder.Write("x.jsonl", row);
        PathologyDataView view = _data.Load(file);
        PathologyQuestion read = Assert.Single(view.Questions);
        Assert.StartsWith(layout, view.LoadReport.Layout, StringComparison.Ordinal);
        Assert.Empty(read.Options);
        Assert.Equal("A ring.", read.Answer);
        Assert.Contains("is missing in 1 of 1 rows: open questions, which cannot be scored by letter",
            Assert.Single(view.LoadReport.Warnings).Message, StringComparison.Ordinal);
        InvalidDataException none = Assert.Throws<InvalidDataException>(
            () => _data.Load(file, new PathologyLoadOptions { OpenQuestions = OpenQuestions.Skip }));
        Assert.Contains("no row can be used", none.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void FoldersAreClassesAndTheirParentsSplits()
    {
        foreach (string split in new[] { "train", "test" })
            foreach (string name in new[] { "malignant", "benign" })
                _folder.Picture($"set/{split}/{name}/{split}{name}.png");
        PathologyDataView view = _data.Load(Path.Combine(_folder.Path, "set"));
        Assert.Equal("folders of pictures by class", view.LoadReport.Layout);
        Assert.Equal(["test", "test", "train", "train"], view.Questions.Select(row => row.Split));
        Assert.Equal(["A) benign", "B) malignant", "A) benign", "B) malignant"], view.Questions.Select(row => row.Answer));
        Assert.All(view.Questions, row => Assert.Equal(["A) benign", "B) malignant"], row.Options));
        Assert.Equal("test/benign/testbenign.png", view.Questions[0].Id);
    }

    [Fact]
    public void FilesNamedAsSplitsAreOneSetOfThem()
    {
        const string Row = """{"image": "a.png", "question": "q", "options": ["x", "y"], "answer": "y", "patient": "P1"}""";
        _folder.Write("train-00000-of-00002.jsonl", Row);
        _folder.Write("train-00001-of-00002.jsonl", Row);
        _folder.Write("validation.jsonl", Row);
        PathologyDataView view = _data.Load(_folder.Path);
        Assert.Equal(["train", "train", "validation"], view.Questions.Select(row => row.Split));
        Assert.All(view.Questions, row => Assert.Equal("P1", row.Group));
        Assert.Single(_data.Load(_folder.Path, new PathologyLoadOptions { Splits = ["validation"] }).Questions);
    }

    [Fact]
    public void FilesThatLieBesideASetAreNotItsRows()
    {
        _folder.Write("data.json",
            """{"S": {"val": [{"No": 1, "img": "a.png", "question": "q", "options": ["A) x", "B) y"], "answer": "A"}]}}""");
        _folder.Write("metadata.csv", "file_name,license\na.png,own\n");
        _folder.Write("dataset_infos.json", "{}");
        Assert.StartsWith("PathMMU", _data.Load(_folder.Path).LoadReport.Layout, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"conversations": [{"from": "human", "value": "q"}, {"from": "gpt", "value": "A"}]}""",
        "recognised as LLaMA-Factory ShareGPT or LLaVA conversations (conversations, images), but its rows have no [images]")]
    [InlineData("""{"image": "a.png", "text": "q"}""",
        "recognised as columns (image, question, answer), but its rows have no [question], [answer]")]
    [InlineData("""{"one": 1, "two": 2}""", "no known layout has the properties [one], [two]; expected one of: PathMMU (")]
    [InlineData("{\"messages\": [{\"role\": \"user\", \"content\": \"<image>q\"}, {\"role\": \"user\", \"content\": \"r\"}], "
        + "\"images\": [\"a.png\"], \"solution\": \"A\"}",
        "field [messages] has 2 user and 0 assistant turns; expected one question and one answer")]
    [InlineData("""{"images": ["a.png", "a.png"], "question": "q", "options": ["x", "y"], "answer": "A"}""",
        "field [images] names 2 pictures; expected one")]
    [InlineData("""{"image": "https://example.org/a.png", "question": "q", "options": ["x", "y"], "answer": "A"}""",
        "field [image] is the address [https://example.org/a.png]; expected the path of a file")]
    [InlineData("""{"image": "a.png", "question": "<image> and <image>: which?", "options": ["x", "y"], "answer": "A"}""",
        "field [question] has 2 places of pictures (<image>); expected one at most")]
    [InlineData("""{"image": "a.png", "question": "q", "options": {"A": "x", "C": "y"}, "answer": "A"}""",
        "field [options] has the entry [C]; expected the letters A, B, C … without a gap")]
    [InlineData("""{"image": "a.png", "question": "q", "options": ["B", "A"], "answer": "A"}""",
        "field [answer] is [A], which is both the letter of [A) B] and the text of [B) A]")]
    public void WhatALayoutLacksIsTold(string row, string expected) => Assert.Contains(
        expected, Assert.Throws<InvalidDataException>(() => _data.Load(_folder.Write("x.jsonl", row))).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("<think>There are whorls.</think> So <answer>A</answer>", "There are whorls.", 0)]
    [InlineData("There are whorls. <answer>B) y</answer>", "There are whorls.", 1)]
    [InlineData("<think>There are whorls.", "There are whorls.", 0)]
    [InlineData("There are whorls.</think>", "There are whorls.", 0)]
    [InlineData("There are whorls.", "There are whorls.", 0)]
    public void TagsOfAnExplanationAreTakenOff(string explanation, string expected, int warnings)
    {
        PathologyDataView view = _data.Load(_folder.Write(
            "x.jsonl",
            $$"""{"image": "a.png", "question": "q", "options": ["x", "y"], "answer": "x", "explanation": "{{explanation}}"}"""));
        Assert.Equal(expected, Assert.Single(view.Questions).Explanation);
        Assert.Equal(warnings, view.LoadReport.Warnings.Count);
    }
}
