using System.IO.Compression;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.ML;
using Microsoft.ML.Data;
using PathVlm.MLNet.Inference.Answering;
using PathVlm.MLNet.Judging.Models;
using PathVlm.MLNet.Judging.Panel;
using PathVlm.MLNet.Judging.Protocol;
using PathVlm.MLNet.Judging.Records;
using PathVlm.MLNet.Judging.Rubric;
using PathVlm.MLNet.Rewards;
using PathVlm.MLNet.Tests.Contract;
using PathVlm.MLNet.Tests.Rewards.Judging;
using PathVlm.Testing;

namespace PathVlm.MLNet.Tests.Rewards;

/// <summary>When the process reward asks its judge, and what it makes of silence.</summary>
public sealed class ProcessRewardTests
{
    private readonly MLContext _ml = new();
    private readonly IDataView _rows;

    public ProcessRewardTests() => _rows = PicturedRolloutRow.View(_ml, PicturedRolloutRow.Examples);

    [Fact]
    public void WhereNoColumnIsAskedForNobodyIsAsked()
    {
        CountingJudge judge = new();
        using ProcessRewardTransformer fitted = Fit(judge);
        Assert.Equal(["one", "two"], RowDump.Of(fitted.Transform(_rows), "Id"));
        Assert.Equal(0, judge.Calls);
    }

    [Fact]
    public void ABlankRolloutIsZeroWithoutACallAndASecondTransformAsksNobody()
    {
        CountingJudge judge = new();
        using ProcessRewardTransformer fitted = Fit(judge);
        Assert.Equal(["[1, 0.5, 0]", "[1]"], RowDump.Of(fitted.Transform(_rows), "ProcessReward"));
        Assert.Equal(3, judge.Calls); // four rollouts, one of them blank
        Assert.Equal(["[1, 0.5, 0]", "[1]"], RowDump.Of(fitted.Transform(_rows), "ProcessReward"));
        Assert.Equal(3, judge.Calls);
    }

    [Fact]
    public void AMissingReviewIsNaN()
    {
        using ProcessRewardTransformer fitted = Fit(new CountingJudge(MissingCause.Refused));
        Assert.Equal(["[NaN, NaN, 0] | [NaN, NaN, 0] | [NaN, NaN, 0]", "[NaN] | [NaN] | [NaN]"],
            RowDump.Of(fitted.Transform(_rows), "ProcessReward", "CompletenessScore", "SoundnessScore"));
        Assert.Equal(3, fitted.Statistics.Missing[MissingCause.Refused]);
    }

    [Fact]
    public void SavedWithAChatJudgeItHoldsNoKeyAndAsksForTheJudgeWhenItIsNeeded()
    {
        using TemporaryFolder folder = new();
        string zip = folder.PathOf("reward.zip");
        const string Address = "https://judge.invalid:8099/v1", Key = "secret-key-4711";
        using (ProcessRewardTransformer saved = Fit(OpenAiJudge.Create(new Uri(Address), Key))) _ml.Model.Save(saved, _rows.Schema, zip);
        Assert.All(EntriesOf(zip), text =>
            Assert.True(!text.Contains(Key, StringComparison.Ordinal) && !text.Contains("judge.invalid", StringComparison.Ordinal)));

        using ProcessRewardTransformer loaded = PathologyModelFile.Flatten(_ml.Model.Load(zip, out _)).OfType<ProcessRewardTransformer>()
            .Single();
        Assert.Equal(["one", "two"], RowDump.Of(loaded.Transform(_rows), "Id"));
        string message = Assert.Throws<JudgeStoppedException>(() => RowDump.Of(loaded.Transform(_rows), "ProcessReward")).Message;
        Assert.Contains("name it with WithJudge", message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', message);
        using ProcessRewardTransformer named = loaded.WithJudge(new CountingJudge());
        Assert.Equal(["[1, 0.5, 0]", "[1]"], RowDump.Of(named.Transform(_rows), "ProcessReward"));
    }

    [Fact]
    public void AZipNamesNoRecordAndOneThatDoesMakesAndCutsNoFile()
    {
        using TemporaryFolder folder = new();
        string zip = folder.PathOf("reward.zip"), own = folder.PathOf("own.jsonl"), absent = folder.PathOf("new.jsonl"),
            cut = folder.PathOf("cut.jsonl");
        ReviewPanelOptions panel = new() { RecordFile = own, Run = "night-4711" };
        using (ProcessRewardTransformer saved = Fit(new RubricJudge(), new ProcessRewardOptions { Panel = panel }))
            _ml.Model.Save(saved, _rows.Schema, zip);
        Assert.All(EntriesOf(zip), text =>
            Assert.True(!text.Contains("own.jsonl", StringComparison.Ordinal) && !text.Contains("night-4711", StringComparison.Ordinal)));

        const string CutLine = "{\"time\":\"2026-11-24";
        File.WriteAllText(cut, CutLine);
        foreach (string named in new[] { absent, cut })
        {
            string hostile = folder.PathOf("hostile.zip");
            File.Copy(zip, hostile, overwrite: true);
            NameRecord(hostile, named);
            using ProcessRewardTransformer loaded = PathologyModelFile.Flatten(_ml.Model.Load(hostile, out _))
                .OfType<ProcessRewardTransformer>().Single();
            Assert.Equal(2, RowDump.Of(loaded.Transform(_rows), "ProcessReward").Length);
        }

        Assert.False(File.Exists(absent) || File.Exists(own));
        Assert.Equal(CutLine, File.ReadAllText(cut));
    }

    [Fact]
    public void AMissThatPassesIsAskedOnceATransformAndAgainInTheNext()
    {
        CountingJudge judge = new(MissingCause.ServerBusy);
        using ProcessRewardTransformer fitted =
            Fit(judge, new ProcessRewardOptions { Panel = new ReviewPanelOptions { MaxMissingRate = 1 } });
        string rollout = PicturedRolloutRow.Examples[0].Rollouts[0];
        IDataView twice = PicturedRolloutRow.View(
            _ml, [new PicturedRolloutRow { Id = "one", Rollouts = [rollout, rollout, rollout] }, PicturedRolloutRow.Examples[1]]);
        for (int transform = 1; transform <= 3; transform++)
        {
            Assert.Equal(["[NaN, NaN, NaN] | [NaN, NaN, NaN]", "[NaN] | [NaN]"],
                RowDump.Of(fitted.Transform(twice), "ProcessReward", "SoundnessScore"));
            // two reasonings; one of them asked for twice more
            Assert.Equal((2 * transform, 2 * transform), (judge.Calls, fitted.Statistics.CacheHits));
        }
    }

    [Fact]
    public void ARecordNamesRowsByTheirId()
    {
        using TemporaryFolder folder = new();
        string record = folder.PathOf("reviews.jsonl");
        using (ProcessRewardTransformer fitted = Fit(
            new RubricJudge(), new ProcessRewardOptions { Panel = new ReviewPanelOptions { RecordFile = record } }))
        {
            RowDump.Of(fitted.Transform(_rows), "ProcessReward");
            RowDump.Of(fitted.Transform(
                PicturedRolloutRow.View(_ml, [new PicturedRolloutRow { Rollouts = PicturedRolloutRow.Different(1)[0].Rollouts }])),
                "ProcessReward");
        }

        Assert.Equal(["one", "one", "two", null], ReviewRecord.Read(record).Select(line => line.Id));
    }

    [Fact]
    public void ReviewsOfSeveralRowsAreUnderWayTogether()
    {
        using ProcessRewardTransformer fitted =
            Fit(new GatheringJudge(6), new ProcessRewardOptions { Panel = new ReviewPanelOptions { Concurrency = 8 } });
        IDataView many = PicturedRolloutRow.View(_ml, PicturedRolloutRow.Different(8));
        Assert.Equal(Enumerable.Repeat("[1]", 8), RowDump.Of(fitted.Transform(many), "ProcessReward"));
    }

    [Fact]
    public void ReviewsAreUnderWayTogetherAlsoWhereAnotherRewardFollows()
    {
        ProcessRewardOptions options = new() { Panel = new ReviewPanelOptions { Concurrency = 8 } };
        IDataView many = PicturedRolloutRow.View(_ml, PicturedRolloutRow.Different(8));
        ITransformer chain = _ml.Pathology().ProcessReward(new GatheringJudge(6), options).Append(_ml.Pathology().FormatReward()).Fit(many);
        Assert.Equal(Enumerable.Repeat("[1] | [1]", 8), RowDump.Of(chain.Transform(many), "ProcessReward", "FormatReward"));
    }

    [Fact]
    public void NobodyIsAskedBeforeAValueIsAndThenForOneBlockOfRowsAtATime()
    {
        CountingJudge judge = new();
        using ProcessRewardTransformer fitted = Fit(judge, new ProcessRewardOptions { LookAheadRows = 3 });
        IDataView reviewed = fitted.Transform(PicturedRolloutRow.View(_ml, PicturedRolloutRow.Different(8)));
        using DataViewRowCursor cursor = reviewed.GetRowCursor([reviewed.Schema["ProcessReward"]]);
        ValueGetter<VBuffer<float>> reward = cursor.GetGetter<VBuffer<float>>(reviewed.Schema["ProcessReward"]);
        VBuffer<float> value = default;
        List<int> calls = [];
        while (cursor.MoveNext())
        {
            Assert.Equal(calls.LastOrDefault(), judge.Calls);
            reward(ref value);
            calls.Add(judge.Calls);
        }

        Assert.Equal([3, 3, 3, 6, 6, 6, 8, 8], calls);
    }

    private ProcessRewardTransformer Fit(IProcessJudge judge, ProcessRewardOptions? options = null) =>
        _ml.Pathology().ProcessReward(judge, options).Fit(_rows);

    private static void NameRecord(string zip, string file)
    {
        using ZipArchive archive = ZipFile.Open(zip, ZipArchiveMode.Update);
        ZipArchiveEntry entry = archive.Entries.Single(entry => entry.Name == "Settings.json");
        JsonNode settings;
        using (Stream stream = entry.Open()) settings = JsonNode.Parse(stream)!;
        (settings["Panel"]!["RecordFile"], settings["Panel"]!["Run"]) = (file, "night");
        string name = entry.FullName;
        entry.Delete();
        using StreamWriter writer = new(archive.CreateEntry(name).Open());
        writer.Write(settings.ToJsonString());
    }

    private static IEnumerable<string> EntriesOf(string zip)
    {
        using ZipArchive archive = ZipFile.OpenRead(zip);
        foreach (ZipArchiveEntry entry in archive.Entries)
        {
            using Stream stream = entry.Open();
            using StreamReader reader = new(stream, Encoding.Latin1);
            yield return reader.ReadToEnd();
        }
    }

    /// <summary>Answers the first review, and after it none before a number of them are under way.</summary>
    private sealed class GatheringJudge(int party) : IProcessJudge
    {
        private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
        private readonly CountingJudge _judge = new();
        private readonly TaskCompletionSource _gathered = new();
        private int _asking;

        public string Identity => "gathering";

        public async Task<JudgeReply> ReviewAsync(ProcessReviewRequest request, CancellationToken cancellationToken)
        {
            int asking = Interlocked.Increment(ref _asking);
            if (asking == 1 + party) _gathered.SetResult();
            if (asking > 1) await _gathered.Task.WaitAsync(Patience, cancellationToken);
            return await _judge.ReviewAsync(request, cancellationToken);
        }
    }
}
