using System.IO.Compression;
using System.Text;
using Microsoft.ML;
using PathVlm.MLNet.Inference;
using PathVlm.MLNet.Rewards;
using PathVlm.MLNet.Rewards.Judging;
using PathVlm.MLNet.Tests.Contract;
using PathVlm.MLNet.Tests.Rewards.Judging;
using PathVlm.Testing;

namespace PathVlm.MLNet.Tests.Rewards;

/// <summary>When the process reward asks its judge, and what it makes of silence.</summary>
public sealed class ProcessRewardTests
{
    private readonly MLContext ml = new();
    private readonly IDataView rows;

    public ProcessRewardTests() => rows = PicturedRolloutRow.View(ml, PicturedRolloutRow.Examples);

    [Fact]
    public void WhereNoColumnIsAskedForNobodyIsAsked()
    {
        CountingJudge judge = new();
        using ProcessRewardTransformer fitted = Fit(judge);
        Assert.Equal(["one", "two"], RowDump.Of(fitted.Transform(rows), "Id"));
        Assert.Equal(0, judge.Calls);
    }

    [Fact]
    public void ABlankRolloutIsZeroWithoutACallAndASecondTransformAsksNobody()
    {
        CountingJudge judge = new();
        using ProcessRewardTransformer fitted = Fit(judge);
        Assert.Equal(["[1, 0.5, 0]", "[1]"], RowDump.Of(fitted.Transform(rows), "ProcessReward"));
        Assert.Equal(3, judge.Calls); // four rollouts, one of them blank
        Assert.Equal(["[1, 0.5, 0]", "[1]"], RowDump.Of(fitted.Transform(rows), "ProcessReward"));
        Assert.Equal(3, judge.Calls);
    }

    [Fact]
    public void AMissingReviewIsNaN()
    {
        using ProcessRewardTransformer fitted = Fit(new CountingJudge(MissingCause.Refused));
        Assert.Equal(["[NaN, NaN, 0] | [NaN, NaN, 0] | [NaN, NaN, 0]", "[NaN] | [NaN] | [NaN]"],
            RowDump.Of(fitted.Transform(rows), "ProcessReward", "CompletenessScore", "SoundnessScore"));
        Assert.Equal(3, fitted.Statistics.Missing[MissingCause.Refused]);
    }

    [Fact]
    public void SavedWithAChatJudgeItHoldsNoKeyAndAsksForTheJudgeWhenItIsNeeded()
    {
        using TemporaryFolder folder = new();
        string zip = folder.PathOf("reward.zip");
        const string Address = "http://judge.invalid:8099/v1", Key = "secret-key-4711";
        using (ProcessRewardTransformer saved = Fit(OpenAiJudge.Create(new Uri(Address), Key))) ml.Model.Save(saved, rows.Schema, zip);
        Assert.All(EntriesOf(zip), text => Assert.True(!text.Contains(Key, StringComparison.Ordinal) && !text.Contains("judge.invalid", StringComparison.Ordinal)));

        using ProcessRewardTransformer loaded = PathologyModelFile.Flatten(ml.Model.Load(zip, out _)).OfType<ProcessRewardTransformer>().Single();
        Assert.Equal(["one", "two"], RowDump.Of(loaded.Transform(rows), "Id"));
        string message = Assert.Throws<JudgeStoppedException>(() => RowDump.Of(loaded.Transform(rows), "ProcessReward")).Message;
        Assert.Contains("name it with WithJudge", message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', message);
        using ProcessRewardTransformer named = loaded.WithJudge(new CountingJudge());
        Assert.Equal(["[1, 0.5, 0]", "[1]"], RowDump.Of(named.Transform(rows), "ProcessReward"));
    }

    [Fact]
    public void ReviewsOfSeveralRowsAreUnderWayTogether()
    {
        using ProcessRewardTransformer fitted = Fit(new GatheringJudge(6), new ProcessRewardOptions { Panel = new ReviewPanelOptions { Concurrency = 8 } });
        IDataView many = PicturedRolloutRow.View(ml, PicturedRolloutRow.Different(8));
        Assert.Equal(Enumerable.Repeat("[1]", 8), RowDump.Of(fitted.Transform(many), "ProcessReward"));
    }

    [Fact]
    public void ReviewsAreUnderWayTogetherAlsoWhereAnotherRewardFollows()
    {
        ProcessRewardOptions options = new() { Panel = new ReviewPanelOptions { Concurrency = 8 } };
        IDataView many = PicturedRolloutRow.View(ml, PicturedRolloutRow.Different(8));
        ITransformer chain = ml.Pathology().ProcessReward(new GatheringJudge(6), options).Append(ml.Pathology().FormatReward()).Fit(many);
        Assert.Equal(Enumerable.Repeat("[1] | [1]", 8), RowDump.Of(chain.Transform(many), "ProcessReward", "FormatReward"));
    }

    [Fact]
    public void ABoundOnRowsAheadBoundsWhoIsAskedBeforeTheFirstRowIsRead()
    {
        CountingJudge judge = new();
        using ProcessRewardTransformer fitted = Fit(judge, new ProcessRewardOptions { LookAheadRows = 3 });
        IDataView reviewed = fitted.Transform(PicturedRolloutRow.View(ml, PicturedRolloutRow.Different(8)));
        using DataViewRowCursor cursor = reviewed.GetRowCursor([reviewed.Schema["ProcessReward"]]);
        Assert.Equal(0, judge.Calls);
        List<int> calls = [];
        while (cursor.MoveNext()) calls.Add(judge.Calls);
        Assert.Equal([3, 3, 3, 6, 6, 6, 8, 8], calls);
    }

    private ProcessRewardTransformer Fit(IProcessJudge judge, ProcessRewardOptions? options = null) =>
        ml.Pathology().ProcessReward(judge, options).Fit(rows);

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

    /// <summary>Answers nobody before so many are asking.</summary>
    private sealed class GatheringJudge(int party) : IProcessJudge
    {
        private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
        private readonly CountingJudge judge = new();
        private readonly TaskCompletionSource gathered = new();
        private int asking;

        public string Identity => "gathering";

        public async Task<JudgeReply> ReviewAsync(ProcessReviewRequest request, CancellationToken cancellationToken)
        {
            if (Interlocked.Increment(ref asking) == party) gathered.SetResult();
            await gathered.Task.WaitAsync(Patience, cancellationToken);
            return await judge.ReviewAsync(request, cancellationToken);
        }
    }
}
