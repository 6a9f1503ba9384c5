using Microsoft.ML;
using PathVlm.MLNet.Data;
using PathVlm.MLNet.Data.Rows;

namespace PathVlm.MLNet.Tests.Data.Loading;

public sealed class OmniMedVqaLoaderTests : IDisposable
{
    private readonly DataFolder _folder = new();
    private readonly PathologyDataCatalog _data = new MLContext(1).Pathology().Data;

    public OmniMedVqaLoaderTests() => _folder.Picture("Images/ACRIMA/a.png");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void RowsAreLetteredAndTheAnswerTextBecomesItsOption()
    {
        _folder.Write("QA_information/Open-access/ACRIMA.json", $"""
            [{Row("q1", Quoted("'option_A': 'Chest CT', 'option_B': 'A) odd text', 'option_C': 'Fundus', 'option_D': 'OCT'"), "Fundus")},
             {Row("q1", "\"option_A\": \"Yes\", \"option_B\": \"No\"", "no ")}]
            """);
        _folder.Write("QA_information/Restricted-access/deep/B.json",
            $"[{Row("q9", Quoted("'option_A': 'Yes', 'option_B': null, 'option_C': 'No'"), "No")
                .Replace("modality_type", "modality", StringComparison.Ordinal)}]");

        IReadOnlyList<PathologyQuestion> rows = _data.LoadOmniMedVqa(_folder.Path).Questions;

        Assert.Equal(["q1", "q1#2", "q9"], rows.Select(row => row.Id));
        Assert.Equal(["A) Chest CT", "B) A) odd text", "C) Fundus", "D) OCT"], rows[0].Options);
        Assert.Equal(["C) Fundus", "B) No", "B) No"], rows.Select(row => row.Answer));
        Assert.Equal(["Fundus Photography", "Fundus Photography", "Fundus Photography"], rows.Select(row => row.Subset));
        Assert.Equal(Path.Combine(_folder.Path, "Images/ACRIMA/a.png"), rows[0].ImagePath);
    }

    [Fact]
    public void OneFileFindsItsPicturesBesideQaInformation()
    {
        string file = _folder.Write(
            "QA_information/Open-access/ACRIMA.json", $"[{Row("q1", "\"option_A\": \"Yes\", \"option_B\": \"No\"", "No")}]");
        Assert.Single(_data.LoadOmniMedVqa(file).Questions);
        Assert.Single(_data.LoadOmniMedVqa(file, ["Fundus Photography"]).Questions);
        Assert.Throws<ArgumentOutOfRangeException>(() => _data.LoadOmniMedVqa(file, ["MRI"]));
    }

    [Theory]
    [InlineData("\"option_A\": \"Yes\", \"option_B\": \"No\"", "Maybe",
        "field [gt_answer] is [Maybe], which is none of the options [Yes], [No]")]
    [InlineData("\"option_A\": \"Yes\", \"option_B\": \"yes.\"", "Yes", "field [option_A …] repeat the text [Yes]")]
    [InlineData("\"option_A\": \"Yes\"", "Yes", "field [option_A …] hold 1; expected two or more")]
    [InlineData("\"option_A\": \"Yes\", \"option_B\": {}", "Yes", "field [option_B] is an object; expected a text")]
    public void RowFaultNamesFileRowAndField(string options, string answer, string expected)
    {
        string file = _folder.Write("QA_information/x.json", $"[{Row("q1", options, answer)}]");
        InvalidDataException fault = Assert.Throws<InvalidDataException>(() => _data.LoadOmniMedVqa(_folder.Path));
        Assert.StartsWith($"{file}: row [q1], {expected}", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void PictureOutsideTheSetIsRefused()
    {
        _folder.Write("QA_information/x.json",
            $"[{Row("q1", Quoted("'option_A': 'Yes', 'option_B': 'No'"), "No")
                .Replace("Images/ACRIMA", "../..", StringComparison.Ordinal)}]");
        Assert.Contains("lies outside", Assert.Throws<InvalidDataException>(() => _data.LoadOmniMedVqa(_folder.Path)).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void SetThatIsNoneIsNamed()
    {
        using var empty = new DataFolder();
        Assert.Contains("no folder QA_information",
            Assert.Throws<DirectoryNotFoundException>(() => _data.LoadOmniMedVqa(empty.Path)).Message, StringComparison.Ordinal);
        string cut = _folder.Write("QA_information/x.json", """[{"question_id": "q1", """);
        Assert.StartsWith($"{cut}: is no whole JSON document: line 1",
            Assert.Throws<InvalidDataException>(() => _data.LoadOmniMedVqa(_folder.Path)).Message, StringComparison.Ordinal);
        _folder.Write("QA_information/x.json", "7");
        Assert.Contains("the file is the number 7; expected subsets of splits, or splits of rows",
            Assert.Throws<InvalidDataException>(() => _data.LoadOmniMedVqa(_folder.Path)).Message, StringComparison.Ordinal);
    }

    private static string Quoted(string json) => json.Replace('\'', '"');

    private static string Row(string id, string options, string answer) => $$"""
        {"dataset": "ACRIMA", "question_id": "{{id}}", "question_type": "Modality", "question": "Which modality?",
         "gt_answer": "{{answer}}", "image_path": "Images/ACRIMA/a.png", {{options}}, "modality_type": "Fundus Photography"}
        """;
}
