using Microsoft.ML;
using PathVlm.MLNet.Data;
using PathVlm.MLNet.Data.Rows;

namespace PathVlm.MLNet.Tests.Data;

public sealed class OmniMedVqaLoaderTests : IDisposable
{
    private readonly DataFolder folder = new();
    private readonly PathologyDataCatalog data = new MLContext(1).Pathology().Data;

    public OmniMedVqaLoaderTests() => folder.Picture("Images/ACRIMA/a.png");

    public void Dispose() => folder.Dispose();

    [Fact]
    public void RowsAreLetteredAndTheAnswerTextBecomesItsOption()
    {
        folder.Write("QA_information/Open-access/ACRIMA.json", $"""
            [{Row("q1", "\"option_A\": \"Chest CT\", \"option_B\": \"A) odd text\", \"option_C\": \"Fundus\", \"option_D\": \"OCT\"", "Fundus")},
             {Row("q1", "\"option_A\": \"Yes\", \"option_B\": \"No\"", "no ")}]
            """);
        folder.Write("QA_information/Restricted-access/deep/B.json",
            $"[{Row("q9", "\"option_A\": \"Yes\", \"option_B\": null, \"option_C\": \"No\"", "No").Replace("modality_type", "modality", StringComparison.Ordinal)}]");

        IReadOnlyList<PathologyQuestion> rows = data.LoadOmniMedVqa(folder.Path).Questions;

        Assert.Equal(["q1", "q1#2", "q9"], rows.Select(row => row.Id));
        Assert.Equal(["A) Chest CT", "B) A) odd text", "C) Fundus", "D) OCT"], rows[0].Options);
        Assert.Equal(["C) Fundus", "B) No", "B) No"], rows.Select(row => row.Answer));
        Assert.Equal(["Fundus Photography", "Fundus Photography", "Fundus Photography"], rows.Select(row => row.Subset));
        Assert.Equal(Path.Combine(folder.Path, "Images/ACRIMA/a.png"), rows[0].ImagePath);
    }

    [Fact]
    public void OneFileFindsItsPicturesBesideQaInformation()
    {
        string file = folder.Write("QA_information/Open-access/ACRIMA.json", $"[{Row("q1", "\"option_A\": \"Yes\", \"option_B\": \"No\"", "No")}]");
        Assert.Single(data.LoadOmniMedVqa(file).Questions);
        Assert.Single(data.LoadOmniMedVqa(file, ["Fundus Photography"]).Questions);
        Assert.Throws<ArgumentOutOfRangeException>(() => data.LoadOmniMedVqa(file, ["MRI"]));
    }

    [Theory]
    [InlineData("\"option_A\": \"Yes\", \"option_B\": \"No\"", "Maybe", "field [gt_answer] is [Maybe], which is none of the options [Yes], [No]")]
    [InlineData("\"option_A\": \"Yes\", \"option_B\": \"yes.\"", "Yes", "field [option_A …] repeat the text [Yes]")]
    [InlineData("\"option_A\": \"Yes\"", "Yes", "field [option_A …] hold 1; two or more are taken")]
    [InlineData("\"option_A\": \"Yes\", \"option_B\": {}", "Yes", "field [option_B] is an object; a text is taken")]
    public void RowFaultNamesFileRowAndField(string options, string answer, string expected)
    {
        string file = folder.Write("QA_information/x.json", $"[{Row("q1", options, answer)}]");
        var fault = Assert.Throws<InvalidDataException>(() => data.LoadOmniMedVqa(folder.Path));
        Assert.StartsWith($"{file}: row [q1], {expected}", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void PictureOutsideTheSetIsRefused()
    {
        folder.Write("QA_information/x.json",
            $"[{Row("q1", "\"option_A\": \"Yes\", \"option_B\": \"No\"", "No").Replace("Images/ACRIMA", "../..", StringComparison.Ordinal)}]");
        Assert.Contains("lies outside", Assert.Throws<InvalidDataException>(() => data.LoadOmniMedVqa(folder.Path)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void SetThatIsNoneIsNamed()
    {
        using var empty = new DataFolder();
        Assert.Contains("no folder QA_information",
            Assert.Throws<DirectoryNotFoundException>(() => data.LoadOmniMedVqa(empty.Path)).Message, StringComparison.Ordinal);
        string cut = folder.Write("QA_information/x.json", """[{"question_id": "q1", """);
        Assert.StartsWith($"{cut}: is no whole JSON document: line 1",
            Assert.Throws<InvalidDataException>(() => data.LoadOmniMedVqa(folder.Path)).Message, StringComparison.Ordinal);
        folder.Write("QA_information/x.json", "{}");
        Assert.Contains("is an object; a list of rows is taken",
            Assert.Throws<InvalidDataException>(() => data.LoadOmniMedVqa(folder.Path)).Message, StringComparison.Ordinal);
    }

    private static string Row(string id, string options, string answer) => $$"""
        {"dataset": "ACRIMA", "question_id": "{{id}}", "question_type": "Modality", "question": "Which modality?",
         "gt_answer": "{{answer}}", "image_path": "Images/ACRIMA/a.png", {{options}}, "modality_type": "Fundus Photography"}
        """;
}
