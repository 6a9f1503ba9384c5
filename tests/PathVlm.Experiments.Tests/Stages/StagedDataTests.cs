using Microsoft.ML;
using PathVlm.Experiments.Plans;
using PathVlm.Experiments.Progress;
using PathVlm.Experiments.Stages;
using PathVlm.MLNet;
using PathVlm.MLNet.Data.Faults;
using PathVlm.MLNet.Data.Loading;
using PathVlm.MLNet.Data.Rows;
using PathVlm.Modeling.Processing.Pictures;
using PathVlm.Testing;

namespace PathVlm.Experiments.Tests.Stages;

/// <summary>Which rows are trained on and which are test rows.</summary>
public sealed class StagedDataTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly PathologyCatalog _pathology = new MLContext(1).Pathology();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void OwnSplitsAreNotMixedUnlessTheyAreNamed()
    {
        string set = Set(("val", 3), ("test", 3), ("test_tiny", 3));
        StageSizes sizes = new() { Sft = 4, Rl = 2, Test = 2 };
        InvalidDataException fault = Assert.Throws<InvalidDataException>(() => StagedData.Load(_pathology, set, sizes));
        Assert.Contains("has the splits val 3 rows, test 3 rows, test_tiny 3 rows, which are no stages", fault.Message,
            StringComparison.Ordinal);
        Assert.Equal(DataRemedy.NameSplits, DataFault.Find(fault)!.Value.Remedy);

        List<string> told = [];
        StagedSet named = StagedData.LoadForTraining(_pathology, set, new StagedDataOptions
        {
            Sizes = sizes,
            Load = new PathologyLoadOptions { Splits = ["val", "test", "test_tiny"] },
        }, new Listener(told));
        Assert.Equal(8, named.Rows.GetRowCount());
        Assert.False(named.NamesStages);
        Assert.Contains("the splits val 3 rows, test 3 rows, test_tiny 3 rows are shared out together, as named", told);
    }

    [Fact]
    public void TrainIsTrainedOnAndTestIsTested()
    {
        string set = Set(("train", 8), ("validation", 3), ("test", 4));
        StagedSet staged = StagedData.LoadForTraining(
            _pathology, set, new StagedDataOptions { Sizes = new StageSizes { Sft = 5, Rl = 3, Test = 4 } });
        Assert.All(QuestionsOf(staged.Rows), row => Assert.Equal(row.Stage == "Test" ? "test" : "train", row.Id.Split('/')[0]));
        Assert.Equal(12, staged.Rows.GetRowCount());
        Assert.Equal(4, StagedData.LoadForEvaluation(_pathology, set).Rows.GetRowCount());

        InvalidDataException few = Assert.Throws<InvalidDataException>(() => StagedData.Load(_pathology, set));
        Assert.Contains("the stages ask for 4000 rows of 8 of the split train", few.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void AnEvaluationTakesEveryRowOfASetWithoutStages()
    {
        string set = Set(("val", 1), ("test_tiny", 1), ("test", 1));
        List<string> told = [];
        StagedSet rows = StagedData.LoadForEvaluation(_pathology, set, progress: new Listener(told));
        Assert.Equal(3, StageEvaluation.TestRows(rows.Rows).Questions.Count);
        Assert.Contains("the set has the splits val 1 rows, test_tiny 1 rows, test 1 rows: every row is taken", told);
    }

    [Fact]
    public void AnEvaluationTakesTheTestRowsOfASplitFileOrOfASeed()
    {
        string set = Set(("val", 9)), file = _folder.PathOf("split.json");
        StagedDataOptions run = new() { Sizes = new StageSizes { Sft = 4, Rl = 2, Test = 3 }, Seed = 3 };
        StagedSet trained = StagedData.LoadForTraining(_pathology, set, run);
        _pathology.Data.SaveSplit(trained.Rows, file);
        string[] test = [.. QuestionsOf(trained.Rows).Where(row => row.Stage == "Test").Select(row => row.Id)];
        foreach (StagedDataOptions options in new[] { new StagedDataOptions { SplitFile = file }, run })
            Assert.Equal(test, StageEvaluation.TestRows(StagedData.LoadForEvaluation(_pathology, set, options).Rows)
                .Questions.Select(row => row.Id));
    }

    [Fact]
    public void TestRowsThatShowAPictureOfATrainingRowAreRefused()
    {
        string picture = Picture(1);
        PathologyDataView rows = new(new[] { "Sft", "Rl", "Test" }.Select((stage, place) => new PathologyQuestion(
            stage, place == 1 ? Picture(2) : picture, "q", ["A) x", "B) y"], "A) x", Stage: stage)));
        InvalidDataException fault = Assert.Throws<InvalidDataException>(() => TrainedRowsCheck.Stages(rows, CancellationToken.None));
        Assert.StartsWith("1 of 3 test rows show a picture that another stage is trained on: [Test]", fault.Message,
            StringComparison.Ordinal);
        TrainedRowsCheck.Stages(new PathologyDataView(rows.Questions.Skip(1)), CancellationToken.None);
    }

    private string Set(params (string Split, int Rows)[] splits)
    {
        int picture = 0;
        string Row(int number) => $$"""
            {"No": {{number}}, "img": "{{Path.GetFileName(Picture(picture++))}}",
             "question": "q", "options": ["A) x", "B) y"], "answer": "A"}
            """;
        IEnumerable<string> lists = splits.Select(
            split => $"\"{split.Split}\": [{string.Join(',', Enumerable.Range(1, split.Rows).Select(Row))}]");
        File.WriteAllText(_folder.PathOf("data.json"), $"{{{string.Join(',', lists)}}}");
        return _folder.Path;
    }

    private string Picture(int seed)
    {
        byte[] pixels = new byte[12 * 12 * 3];
        new Random(seed).NextBytes(pixels);
        PictureFile.WritePng(_folder.PathOf($"{seed}.png"), new RgbPicture(12, 12, pixels));
        return _folder.PathOf($"{seed}.png");
    }

    private static PathologyQuestion[] QuestionsOf(IDataView rows) =>
        [.. PathologyRows.Read(rows, PathologyRowNeeds.None).Select(row => row.Question)];

    private sealed class Listener(List<string> told) : IProgress<RunEvent>
    {
        public void Report(RunEvent value) => told.Add(value.Text);
    }
}
