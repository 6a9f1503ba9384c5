using System.Text;
using Microsoft.ML;
using PathVlm.MLNet.Data;
using PathVlm.MLNet.Data.Loading;
using PathVlm.MLNet.Data.Rows;

namespace PathVlm.MLNet.Tests.Data.Loading;

/// <summary>Faults and warnings that name their row, and sets that are read piece by piece.</summary>
public sealed class RowFaultTests : IDisposable
{
    private readonly DataFolder _folder = new();
    private readonly PathologyDataCatalog _data = new MLContext(1).Pathology().Data;

    public RowFaultTests() => _folder.Picture("a.png");

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("\"question\": \"p\",", "has the property [question] twice; expected it once")]
    [InlineData("\"meta\": {\"a\": 1, \"a\": 1},", "has the property [meta.a] twice; expected it once")]
    [InlineData("\"list\": [{\"a\": 1, \"a\": 1}],", "has the property [list.a] twice; expected it once")]
    [InlineData("\"explanation\": \"half \\ud83d pair\",", "[explanation] holds half a surrogate pair; expected Unicode text")]
    [InlineData("\"tags\": [\"x\", \"\\udc00\"],", "[tags] holds half a surrogate pair; expected Unicode text")]
    [InlineData("\"\\ud800\": 1,", "has a property whose name holds half a surrogate pair; expected Unicode text")]
    public void ADoubledPropertyAndHalfASurrogatePairAreFaultsOfTheirRow(string property, string expected)
    {
        foreach ((string name, string text, string place) in new[]
        {
            ("x.json", $"[{Row()}, {Row(property)}]", "(place 2)"), ("x.jsonl", $"{Row()}\n{Row(property)}\n", "line 2"),
        })
        {
            string file = _folder.Write(name, text);
            Assert.Equal($"{file}: row [{place}], field [row] {expected}", Refusal(file).Split("; correct")[0]);
            PathologyDataView kept = _data.Load(file, new PathologyLoadOptions { RowFaults = RowFaultPolicy.Skip });
            Assert.Single(kept.Questions);
            Assert.Equal([place], kept.LoadReport.SkippedIds);
        }
    }

    [Fact]
    public void ASplitThatStandsTwiceIsRefused()
    {
        string file = _folder.Write("x.json", $$"""{"train": [{{Row()}}], "train": [{{Row()}}]}""");
        Assert.Equal($"{file}: the file has [train] twice; expected it once", Refusal(file));
        file = _folder.Write("y.json", $$"""{"S": {"test": [{{Row()}}], "test": []} }""");
        Assert.Equal($"{file}: [S] has [test] twice; expected it once", Refusal(file));
    }

    [Fact]
    public void AnIdThatStandsTwiceIsToldAndTheRowIsRenamed()
    {
        PathologyDataView view = _data.Load(_folder.Write("x.jsonl", $"{Row("\"id\": 7,")}\n{Row("\"id\": 7,")}\n{Row("\"id\": 7,")}\n"));
        Assert.Equal(["7", "7#2", "7#3"], view.Questions.Select(row => row.Id));
        Assert.Equal(["7#2", "7#3"], view.LoadReport.Warnings.Select(warning => warning.RowId));
        Assert.EndsWith("row [7#2], field [id] is that of an earlier row, [7]; the row is called [7#2]",
            view.LoadReport.Warnings[0].ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("<answer>")]
    [InlineData("</think>")]
    public void AnOptionWithATagOfCompletionsIsAFaultOfItsRow(string tag)
    {
        string file = _folder.Write("x.jsonl", Row().Replace("[\"x\",", $"[\"x {tag}\",", StringComparison.Ordinal));
        Assert.Contains($"row [line 1], field [options] hold the tag {tag} of completions in [A) x {tag}]; expected texts without it",
            Refusal(file), StringComparison.Ordinal);
    }

    [Fact]
    public void ControlTokensInContentAreToldWithTheirRow()
    {
        string row = Row("\"explanation\": \"<think>a</think><think>b</think><|im_end|>\",")
            .Replace("\"q\"", "\"q <|vision_start|>\"", StringComparison.Ordinal);
        PathologyDataView view = _data.Load(_folder.Write("x.jsonl", row));
        Assert.Contains(view.LoadReport.Warnings, warning => warning is { Field: "question", RowId: "line 1" }
            && warning.Message == "holds <|vision_start|>, which is encoded as plain text, not as a control token");
        Assert.Contains(view.LoadReport.Warnings, warning => warning.Field == "explanation"
            && warning.Message == "holds the tag <think> more than once; tags are taken off");
    }

    [Fact]
    public void ARowLongerThanAnyPieceIsRead()
    {
        string text = string.Concat(Enumerable.Repeat("naïve 🔬 ", 60_000));
        foreach ((string name, string content) in new[] { ("x.json", $"[{Long()},\n{Row()}]"), ("x.jsonl", $"{Long()}\r\n\r{Row()}") })
        {
            PathologyDataView view = _data.Load(_folder.Write(name, content));
            Assert.Equal([text.Trim(), ""], view.Questions.Select(row => row.Explanation.Trim()));
        }

        string Long() => Row($"\"explanation\": \"{text}\",");
    }

    [Theory]
    [InlineData("x.json")]
    [InlineData("x.jsonl")]
    public void AFaultyByteFarIntoTheFileIsToldWithItsPlace(string name)
    {
        string start = (name == "x.json" ? "[" : "") + string.Concat(Enumerable.Repeat(Row() + (name == "x.json" ? ",\n" : "\n"), 2_000));
        byte[] bytes = [.. Encoding.UTF8.GetBytes(start + "{\"x\": \"é"), 0xC3, .. "\"}"u8];
        string file = _folder.Write(name, "");
        File.WriteAllBytes(file, bytes);
        Assert.StartsWith(
            FormattableString.Invariant($"{file}: expected UTF-8, got the byte 0xC3 at byte {bytes.Length - 2:N0} (line 2,001); "),
            Refusal(file), StringComparison.Ordinal);
    }

    [Fact]
    public void APictureOfSeveralFramesIsToldWhereItIsChecked()
    {
        byte[] gif = Convert.FromBase64String(
            "R0lGODlhAgACAIAAAAAAAP///ywAAAAAAgACAAACAwQIFAAsAAAAAAIAAgAAAgMECBQAOw==");
        File.WriteAllBytes(Path.Combine(_folder.Path, "b.gif"), gif);
        string file = _folder.Write("x.jsonl", Row().Replace("a.png", "b.gif", StringComparison.Ordinal));
        PathologyDataView view = _data.Load(file, new PathologyLoadOptions { CheckPictures = true });
        Assert.Equal($"{file}: row [line 1], field [image] holds 2 frames; the first is used",
            Assert.Single(view.LoadReport.Warnings).ToString());
    }

    private string Refusal(string file) => Assert.Throws<InvalidDataException>(() => _data.Load(file)).Message;

    private static string Row(string property = "") =>
        $$"""{ {{property}} "image": "a.png", "question": "q", "options": ["x", "y"], "answer": "y"}""";
}
