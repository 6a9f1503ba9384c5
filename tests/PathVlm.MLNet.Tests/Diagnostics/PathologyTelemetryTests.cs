using System.Collections.Concurrent;
using System.Diagnostics;
using System.Diagnostics.Metrics;
using Microsoft.ML;
using PathVlm.MLNet.Data.Rows;
using PathVlm.MLNet.Diagnostics;
using PathVlm.MLNet.Inference.Answering;
using PathVlm.MLNet.Inference.Batching;
using PathVlm.MLNet.Tests.Contract;
using PathVlm.MLNet.Training.Sft;

namespace PathVlm.MLNet.Tests.Diagnostics;

public sealed class PathologyTelemetryTests : IDisposable
{
    private readonly ConcurrentQueue<(string Name, double Value, string Tags)> _measured = new();
    private readonly ConcurrentQueue<Activity> _activities = new();
    private readonly MeterListener _meters = new();
    private readonly ActivityListener _traces;
    private readonly TestFolder _folder = new();

    public PathologyTelemetryTests()
    {
        _meters.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Meter.Name == PathologyTelemetry.Name) listener.EnableMeasurementEvents(instrument);
        };
        _meters.SetMeasurementEventCallback<double>((instrument, value, tags, _) => Add(instrument, value, tags));
        _meters.SetMeasurementEventCallback<long>((instrument, value, tags, _) => Add(instrument, value, tags));
        _meters.SetMeasurementEventCallback<int>((instrument, value, tags, _) => Add(instrument, value, tags));
        _meters.Start();
        _traces = new ActivityListener
        {
            ShouldListenTo = source => source.Name == PathologyTelemetry.Name,
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllData,
            ActivityStopped = _activities.Enqueue,
        };
        ActivitySource.AddActivityListener(_traces);
    }

    public void Dispose()
    {
        _meters.Dispose();
        _traces.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public void AStageIsSeenFromOutside()
    {
        PathologySftOptions options = TinyCheckpoint.SftOptions(steps: 2);
        using PathologyTransformer model = new MLContext().Pathology().SupervisedFineTuning(options).Fit(TinyCheckpoint.Rows("Sft", "Sft"));
        _meters.RecordObservableInstruments();
        Assert.Contains(_measured, each => each.Name == "pathvlm.training.loss" && each.Value > 0);
        Assert.Contains(_measured, each => each.Name == "pathvlm.training.step.duration" && each.Value > 0);
        Assert.Contains(_measured, each => each.Name == "pathvlm.training.tokens_per_second" && each.Value > 0);
        Assert.Contains(_measured, each => each is { Name: "pathvlm.training.metric", Tags: "metric=grad_norm" });
        Assert.Contains(_measured, each => each.Name == "pathvlm.process.memory" && each.Value > 1_000_000);
        Assert.Contains(_activities, each => each.OperationName == "stage" && Equals(each.GetTagItem("reason"), "Completed"));
    }

    [Fact]
    public async Task ARequestIsSeenFromOutsideWithoutItsTexts()
    {
        using PathologyTransformer model = new MLContext().Pathology().Pretrained(
            TinyCheckpoint.Folder, new() { Decoding = new() { Greedy = true, MaxNewTokens = 3 } });
        PathologyRow row = PathologyRows.Read(TinyCheckpoint.Rows("Rl"), PathologyRowNeeds.Image).First();
        using (PathologyAnswerer answerer = new(model.Policy)) await answerer.AnswerAsync(row);
        Assert.Contains(_measured, each => each is { Name: "pathvlm.batch.requests", Tags: "outcome=answered" });
        Assert.Contains(_measured, each => each is { Name: "pathvlm.batch.tokens", Tags: "direction=output" });
        Activity request = Assert.Single(
            _activities, each => each.OperationName == "complete" && Equals(each.GetTagItem("tokens.output"), 3));
        Assert.DoesNotContain(
            request.TagObjects, tag => $"{tag.Value}".Contains("picture", StringComparison.OrdinalIgnoreCase));
        Assert.DoesNotContain(_measured, each => each.Tags.Contains("keratin", StringComparison.Ordinal));
    }

    [Fact]
    public void TensorBoardEventsCarryTheTimeOfTheStep()
    {
        PathologySftOptions options = TinyCheckpoint.SftOptions(steps: 1);
        options.OutputFolder = _folder.Path;
        long before = DateTimeOffset.UtcNow.ToUnixTimeSeconds();
        using PathologyTransformer model = new MLContext().Pathology().SupervisedFineTuning(options).Fit(TinyCheckpoint.Rows("Sft", "Sft"));
        long after = DateTimeOffset.UtcNow.ToUnixTimeSeconds();
        double[] times = [.. Directory.EnumerateFiles(_folder.Path, "*tfevents*", SearchOption.AllDirectories).SelectMany(ScalarTimes)];
        Assert.NotEmpty(times);
        Assert.All(times, time => Assert.InRange(time, before, after));
    }

    // A record: length (8 bytes), its checksum (4), the event, a checksum (4). An event begins with field 1, the time as a double, and a
    // scalar has field 2, the step.
    private static IEnumerable<double> ScalarTimes(string file)
    {
        byte[] bytes = File.ReadAllBytes(file);
        for (int at = 0; at + 12 < bytes.Length;)
        {
            int length = (int)BitConverter.ToInt64(bytes, at);
            if (bytes[at + 12] == 9 && length > 10 && bytes[at + 21] == 16) yield return BitConverter.ToDouble(bytes, at + 13);
            at += 16 + length;
        }
    }

    private void Add(Instrument instrument, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        string text = "";
        foreach (KeyValuePair<string, object?> tag in tags) text += $"{tag.Key}={tag.Value}";
        _measured.Enqueue((instrument.Name, value, text));
    }
}
