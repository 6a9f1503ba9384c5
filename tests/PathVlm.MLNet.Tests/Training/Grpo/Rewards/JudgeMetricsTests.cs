using Microsoft.Extensions.Time.Testing;
using Microsoft.ML;
using PathVlm.MLNet.Inference.Rollouts;
using PathVlm.MLNet.Judging.Panel;
using PathVlm.MLNet.Judging.Protocol;
using PathVlm.MLNet.Rewards;
using PathVlm.MLNet.Tests.Rewards;
using PathVlm.MLNet.Tests.Rewards.Judging;
using PathVlm.MLNet.Training.Grpo.Rewards;
using PathVlm.MLNet.Training.Grpo.Rollouts;

namespace PathVlm.MLNet.Tests.Training.Grpo.Rewards;

public sealed class JudgeMetricsTests
{
    private readonly MLContext _ml = new();
    private readonly FakeTimeProvider _time = new();

    [Fact]
    public void TellWhatTheJudgeWasAskedWhatItCostAndWhatItFound()
    {
        RewardColumnSource source = Source(["ProcessReward"]);
        float[,] scores = source.Score(
            [Prompt(0), Prompt(1)],
            [
                Rollout(JudgeFixture.Reasoning, 30), Rollout("It is a tumour, as anybody sees.", 5),
                Rollout("refuse this one", 7), Rollout(JudgeFixture.Reasoning, 20),
            ],
            step: 0, default);
        Assert.Equal([1, 0.5f, float.NaN, 1], scores.Cast<float>());
        Assert.Equal(
            new Dictionary<string, double>
            {
                ["judge/reviews"] = 3, // the last rollout is the first once more
                ["judge/requests"] = 3,
                ["judge/tokens/input"] = 2000,
                ["judge/tokens/output"] = 400,
                ["judge/price"] = 0.009, // 2,000 at 2.50 and 400 at 10 a million
                ["judge/latency/mean"] = 2,
                ["judge/cache_hit_rate"] = 0.25,
                ["judge/quote_rejected_rate"] = 0.5, // the three of the second rollout
                ["judge/failures/refused"] = 1,
                ["judge/missing_rate"] = 0.25,
                ["judge/completeness/mean"] = 2 / 3.0,
                ["judge/soundness/mean"] = 1,
                ["judge/length_correlation"] = 1.5 / Math.Sqrt(3),
                ["judge/canary_max"] = double.NaN,
            },
            source.TakeMetrics().ToDictionary());

        Dictionary<string, double> next = source.TakeMetrics().ToDictionary();
        Assert.Equal((0, 0, double.NaN, double.NaN),
            (next["judge/reviews"], next["judge/failures/refused"], next["judge/completeness/mean"], next["judge/latency/mean"]));
    }

    [Fact]
    public void AJudgeWhoseScoreDoesNotCountIsNotAskedForThem()
    {
        RewardColumnSource source = Source(["FormatReward"]);
        source.Score([Prompt(0)], [Rollout(JudgeFixture.Reasoning, 30), Rollout("refuse this one", 7)], step: 0, default);
        Assert.Empty(source.TakeMetrics());
        Assert.Equal(default, _time.GetUtcNow() - _time.Start);
    }

    private RewardColumnSource Source(string[] names)
    {
        IDataView rows = PicturedRolloutRow.View(_ml, PicturedRolloutRow.Examples);
        ProcessRewardOptions options = new() { Panel = new ReviewPanelOptions { Concurrency = 1 } };
        IEstimator<ITransformer> rewards = _ml.Pathology().FormatReward()
            .Append(new ProcessRewardEstimator(_ml, new SlowJudge(_time), options, _time));
        return new RewardColumnSource(rows, rewards.Fit(new RolloutView(rows, [])), names);
    }

    private static GrpoPrompt Prompt(int row) => new($"row{row}", row, [1], []);

    private static Rollout Rollout(string reasoning, int tokens) => new([.. Enumerable.Repeat(1, tokens)], false)
    {
        Text = $"<think>{reasoning}</think>\n<answer>B) Signet-ring cells</answer>",
    };

    /// <summary>Takes two seconds for each review; refuses where the reasoning says so, else quotes what a good reasoning says.</summary>
    private sealed class SlowJudge(FakeTimeProvider time) : IProcessJudge
    {
        private readonly CountingJudge _judge = new(), _refusing = new(MissingCause.Refused);

        public string Identity => "slow";

        public Task<JudgeReply> ReviewAsync(ProcessReviewRequest request, CancellationToken cancellationToken)
        {
            time.Advance(TimeSpan.FromSeconds(2));
            return (request.Reasoning.StartsWith("refuse", StringComparison.Ordinal) ? _refusing : _judge)
                .ReviewAsync(request, cancellationToken);
        }
    }
}
