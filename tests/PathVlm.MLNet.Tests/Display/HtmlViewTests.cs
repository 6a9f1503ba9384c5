using System.Collections;
using System.Reflection;
using System.Xml.Linq;
using Microsoft.ML;
using PathVlm.MLNet.Data.Previews;
using PathVlm.MLNet.Data.Rows;
using PathVlm.MLNet.Display;
using PathVlm.MLNet.Inference.Answering;
using PathVlm.MLNet.Tests.Contract;
using PathVlm.MLNet.Training.Logging;
using PathVlm.MLNet.Training.Loop;

namespace PathVlm.MLNet.Tests.Display;

/// <summary>How values show themselves in a notebook, as .NET Interactive asks for it: by names alone.</summary>
public sealed class HtmlViewTests
{
    private static readonly MLContext Ml = new(seed: 17);

    public static TheoryData<string> Views => [.. typeof(IHtmlView).Assembly.GetTypes()
        .Where(type => type.IsClass && typeof(IHtmlView).IsAssignableFrom(type)).Select(type => type.FullName!)];

    [Theory]
    [MemberData(nameof(Views))]
    public void EveryViewCarriesTheAttributeThatTheKernelLooksFor(string name)
    {
        Attribute attribute = Assert.Single(typeof(IHtmlView).Assembly.GetType(name)!.GetCustomAttributes(true).Cast<Attribute>(),
            found => found.GetType().Name == "TypeFormatterSourceAttribute");
        Assert.Equal(["text/html"], (string[])Value(attribute, "PreferredMimeTypes"));
        object source = Activator.CreateInstance((Type)Value(attribute, "FormatterSourceType"))!;
        object formatter = Assert.Single(
            ((IEnumerable)source.GetType().GetMethod("CreateTypeFormatters")!.Invoke(source, null)!).Cast<object>());
        Assert.Equal("text/html", Value(formatter, "MimeType"));
        Assert.Equal([typeof(object), typeof(TextWriter)],
            formatter.GetType().GetMethod("Format")!.GetParameters().Select(parameter => parameter.ParameterType));
    }

    [Fact]
    public void WhatAModelWroteIsTextAndNeverAMark()
    {
        PathologyPrediction answer = new()
        {
            PredictedAnswer = "A) <script>alert(1)</script>",
            Reasoning = "cells & nuclei \uD800 \u0001 <img src=x onerror=y>",
            ResponseTokenCount = 7,
        };
        string html = HtmlViewFormatter.TextOf(answer);
        Assert.Contains("&lt;script&gt;", html, StringComparison.Ordinal);
        Assert.DoesNotContain("<script", html, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("<img", html, StringComparison.Ordinal);
        Assert.Contains("cells &amp; nuclei \uFFFD", html, StringComparison.Ordinal);
        Assert.Contains("7 tokens", html, StringComparison.Ordinal);
        Assert.Contains("not for diagnosis", html, StringComparison.Ordinal);
    }

    [Fact]
    public void ARowWhosePictureIsMissingShowsItsTexts()
    {
        PathologyQuestion row = new("one", "/nowhere/tile.png", "What is shown?", ["A) keratin", "B) mucin"], "B) mucin");
        string html = HtmlViewFormatter.TextOf(row);
        Assert.DoesNotContain("<img", html, StringComparison.Ordinal);
        Assert.Contains("<strong>B) mucin</strong>", html, StringComparison.Ordinal);
        Assert.DoesNotContain("<strong>A) keratin", html, StringComparison.Ordinal);
    }

    [Fact]
    public void APreviewShowsPicturesRolloutsAndRewards()
    {
        IDataView rows = TinyCheckpoint.Rows("Rl", "Rl", "Rl");
        PathologyCatalog pathology = Ml.Pathology();
        using PathologyTransformer model = pathology.Pretrained(TinyCheckpoint.Folder);
        IDataView sampled = pathology.SampleRollouts(model, rows, groupSize: 2);
        RowsPreview preview = pathology.Data.Preview(pathology.FormatReward().Fit(sampled).Transform(sampled), maxRows: 2);
        Assert.Equal(2, preview.Rows.Count);
        Assert.All(preview.Rows, row =>
        {
            Assert.Equal([0x89, (byte)'P', (byte)'N', (byte)'G'], row.Picture![..4]);
            Assert.Equal(2, row.Rollouts.Count);
            Assert.Equal(2, row.Scores["FormatReward"].Count);
            Assert.Null(row.PredictedAnswer);
        });
        Assert.Contains("data:image/png;base64,", HtmlViewFormatter.TextOf(preview), StringComparison.Ordinal);
    }

    [Fact]
    public void APreviewOfAnsweredRowsAsksTheModelOnce()
    {
        PathologyCatalog pathology = Ml.Pathology();
        using PathologyTransformer model = pathology.Pretrained(TinyCheckpoint.Folder);
        IDataView answered = model.Transform(TinyCheckpoint.Rows("Test", "Test"));
        RowsPreview preview = pathology.Data.Preview(answered, maxRows: 1);
        PreviewedRow row = Assert.Single(preview.Rows);
        PathologyPrediction expected = Ml.Data.CreateEnumerable<PathologyPrediction>(answered, reuseRowObject: false).First();
        Assert.Equal((expected.PredictedAnswer, expected.Reasoning), (row.PredictedAnswer, row.Reasoning));
        Assert.Contains("not for diagnosis", HtmlViewFormatter.TextOf(preview), StringComparison.Ordinal);
    }

    [Fact]
    public void APreviewOfNothingIsRefusedOrSaysSo()
    {
        PathologyCatalog pathology = Ml.Pathology();
        Assert.Throws<ArgumentOutOfRangeException>(() => pathology.Data.Preview(TinyCheckpoint.Rows(), maxRows: 0));
        Assert.Contains("no rows", HtmlViewFormatter.TextOf(pathology.Data.Preview(TinyCheckpoint.Rows())), StringComparison.Ordinal);
    }

    [Fact]
    public void ACurveJoinsNumbersAndLeavesGapsWhereThereAreNone()
    {
        XElement drawing = CurveChart.Draw("loss", [(1, 4), (2, 2), (3, double.NaN), (4, 1), (5, double.PositiveInfinity)]);
        // 232 by 100 pixels from (52, 126): steps 1 to 4, values 1 to 4.
        Assert.Equal("M52 26 L129.333 92.667 M284 126", drawing.Elements().Single(element => element.Name.LocalName == "path")
            .Attribute("d")!.Value);
    }

    [Fact]
    public void APointBetweenGapsIsADisc()
    {
        XElement drawing = CurveChart.Draw("loss", [(1, 4), (2, double.NaN), (3, 2), (4, double.NaN), (5, 1), (6, 1)]);
        Assert.Equal(2, drawing.Elements().Count(element => element.Name.LocalName == "circle"));
    }

    [Fact]
    public void SeveralCurvesShareTheAxesAndHaveALegend()
    {
        XElement drawing = CurveChart.Draw("reward", [new CurveSeries("reward", [(0, 0), (10, 1)]), new CurveSeries("part <b>", [(5, 3)])]);
        Assert.Equal("180", drawing.Attribute("height")!.Value);
        Assert.Equal("M52 126 L284 92.667", drawing.Elements().First(element => element.Name.LocalName == "path").Attribute("d")!.Value);
        XElement[] lines = [.. drawing.Elements().Where(element => element.Name.LocalName == "path")];
        Assert.Equal(2, lines.Select(line => line.Attribute("stroke")!.Value).Distinct().Count());
        Assert.Contains(drawing.Elements(), element => element.Value == "part <b>");
    }

    [Theory]
    [InlineData]
    [InlineData(double.NaN)]
    [InlineData(3.0)]
    [InlineData(3.0, 3.0)]
    public void ACurveOfNothingOfOnePointOrOfOneValueIsDrawn(params double[] values)
    {
        XElement drawing = CurveChart.Draw("kl", [.. values.Select((value, step) => (step + 1.0, value))]);
        Assert.DoesNotContain("NaN", drawing.ToString(), StringComparison.Ordinal);
        Assert.Equal(values.Any(double.IsFinite), drawing.Elements().Any(element => element.Name.LocalName == "path"));
    }

    [Fact]
    public void ATrainingResultShowsItsEndAndItsCurves()
    {
        TrainingResult result = new(StopReason.Completed, 2, 1, [
            new Dictionary<string, double> { [MetricNames.Loss] = 2, ["rewards/OwnReward/mean"] = 0.5, ["judge/price"] = 1 },
            new Dictionary<string, double> { [MetricNames.Loss] = 1 }]);
        Assert.Equal([(1.0, 0.5)], result.Curve("rewards/OwnReward/mean")); // the second line does not have it
        string html = HtmlViewFormatter.TextOf(result);
        Assert.Contains("Completed: 2 steps, 1 skipped", html, StringComparison.Ordinal);
        Assert.Equal(2, html.Split("data:image/svg+xml").Length - 1); // loss and the reward; the price has no curve
    }

    private static object Value(object owner, string property) =>
        owner.GetType().GetProperty(property, BindingFlags.Public | BindingFlags.Instance)!.GetValue(owner)!;
}
