using System.Xml.Linq;
using Microsoft.ML;
using PathVlm.MLNet.Data.Rows;
using PathVlm.MLNet.Evaluation;
using PathVlm.MLNet.Inference.Answering;
using PathVlm.MLNet.Judging.Rubric;
using PathVlm.MLNet.Tests.Contract;
using PathVlm.MLNet.Training.Grpo.Options;
using PathVlm.MLNet.Training.Sft;
using PathVlm.Testing;

namespace PathVlm.MLNet.Tests.Training.Reporting;

/// <summary>The page that a stage writes beside its metrics.</summary>
public sealed class TrainingReportTests : IDisposable
{
    private readonly MLContext _ml = new(seed: 17);
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void FineTuningShowsTrainingAndValidationInOneChart()
    {
        PathologySftOptions options = TinyCheckpoint.SftOptions(steps: 4);
        (options.OutputFolder, options.ValidationFraction, options.ValidationSteps) = (_folder.Path, 0.34, 2);
        _ml.Pathology().SupervisedFineTuning(options).Fit(TinyCheckpoint.Rows("Sft", "Sft", "Sft")).Dispose();
        XDocument page = SelfContainedPage.Read(_folder.PathOf("report.html"), pictures: 0);
        Assert.Equal(["loss", "token accuracy", "entropy", "gradient norm", "learning rate"], SelfContainedPage.Figures(page));
        XElement loss = page.Descendants(SelfContainedPage.Svg + "svg").First();
        string[] texts = [.. loss.Elements(SelfContainedPage.Svg + "text").Select(text => text.Value)];
        Assert.Equal(["loss", "eval_loss"], texts[^2..]);
        Assert.Contains("step 4", texts);
        // Steps 1 to 4 from x = 52 to 284; validation after steps 2 and 4. No line is broken by the other's.
        string[] paths = [.. loss.Elements(SelfContainedPage.Svg + "path").Select(path => path.Attribute("d")!.Value)];
        Assert.Equal([4, 2], paths.Select(path => path.Split(' ').Length / 2));
        Assert.All(paths, path => Assert.Single(path.Split('M')[1..]));
        Assert.StartsWith("M129.333 ", paths[1], StringComparison.Ordinal);
        Assert.Contains("Completed: 4 steps", page.Root!.Value, StringComparison.Ordinal);
        Assert.Contains(ResearchNotice.Text, page.Root.Value, StringComparison.Ordinal);
    }

    [Fact]
    public void GrpoShowsRewardsByPartReviewsAndRolloutsOfBeginMiddleAndEnd()
    {
        GrpoOptions options = TinyCheckpoint.GrpoOptions(steps: 3);
        (options.OutputFolder, options.Beta) = (_folder.Path, 0.04);
        PathologyCatalog pathology = _ml.Pathology();
        pathology.Grpo(pathology.FormatReward().Append(pathology.ProcessReward(new RubricJudge())), options)
            .Fit(TinyCheckpoint.Rows("Rl", "Rl", "Rl", "Rl")).Dispose();
        XDocument page = SelfContainedPage.Read(_folder.PathOf("report.html"), pictures: 12);
        string[] figures = SelfContainedPage.Figures(page);
        foreach (string figure in new[]
        {
            "loss", "reward, and its parts", "KL to the reference", "tokens of a completion", "completions cut at the limit", "clip rates",
            "missing reviews, rejected quotes", "the judge's scores",
        })
            Assert.Contains(figure, figures);
        string[] rewards = [.. page.Descendants(SelfContainedPage.Svg + "svg").ElementAt(Array.IndexOf(figures, "reward, and its parts"))
            .Elements(SelfContainedPage.Svg + "text").Select(text => text.Value)];
        foreach (string part in new[] { "reward", "rewards/FormatReward/mean", "rewards/ProcessReward/mean" })
            Assert.Contains(part, rewards);
        Assert.Equal(
            ["Rollouts at the begin: after 0 steps", "Rollouts at the middle: after 1 steps", "Rollouts at the end: after 2 steps"],
            page.Descendants("h3").Select(title => title.Value));
        Assert.Equal(12, page.Descendants("blockquote").Count());
        Assert.Contains("advantage", page.Root!.Value, StringComparison.Ordinal);
        Assert.Contains("<strong>A) keratin pearl</strong>", page.ToString(SaveOptions.DisableFormatting), StringComparison.Ordinal);
    }

    [Fact]
    public void APageThatCannotBeWrittenIsAWarningAndTheModelIsThere()
    {
        List<string> warnings = [];
        _ml.Log += (_, message) =>
        {
            if (message.Kind == Microsoft.ML.Runtime.ChannelMessageKind.Warning) warnings.Add(message.Message);
        };
        Directory.CreateDirectory(_folder.PathOf("report.html"));
        PathologySftOptions options = TinyCheckpoint.SftOptions();
        options.OutputFolder = _folder.Path;
        PathologyDataView rows = TinyCheckpoint.Rows("Sft", "Sft");
        using PathologyTransformer model = _ml.Pathology().SupervisedFineTuning(options).Fit(rows);
        Assert.True(model.Policy.HasWeights);
        Assert.Contains("the report was not written: ", Assert.Single(warnings), StringComparison.Ordinal);
    }

    [Fact]
    public void WithoutAnOutputFolderNothingIsWritten()
    {
        GrpoOptions options = TinyCheckpoint.GrpoOptions();
        string before = Directory.GetCurrentDirectory();
        _ml.Pathology().Grpo(_ml.Pathology().FormatReward(), options).Fit(TinyCheckpoint.Rows("Rl", "Rl")).Dispose();
        Assert.False(File.Exists(Path.Combine(before, "report.html")));
    }
}
