using Microsoft.Extensions.Time.Testing;
using PathVlm.MLNet.Judging.Models;
using PathVlm.MLNet.Judging.Protocol;

namespace PathVlm.MLNet.Tests.Rewards.Judging;

/// <summary>Requests, replies and a driven clock for the judge's tests.</summary>
internal static class JudgeFixture
{
    public const string Reasoning =
        "The cells hold a single clear vacuole that pushes the nucleus to the rim. A nucleus pushed aside by mucin is the hallmark of "
        + "signet-ring cells. There are no concentric layers, so keratin pearls are excluded.";

    public const string ValidReview =
        """
        {"visual_analysis":{"quote":"The cells hold a single clear vacuole","shown_in_image":"yes","present":true},
         "option_elimination":{"rejected":[{"option":"A","quote":"There are no concentric layers, so keratin pearls are excluded"}],
          "present":true},
         "knowledge":{"quote":"pushed aside by mucin is the hallmark of signet-ring cells",
          "fact":"mucin displaces the nucleus","present":true},
         "violations":[],"unable_to_judge":null}
        """;

    public static ProcessReviewRequest Request(string reasoning = Reasoning, string? chosen = "B") => new()
    {
        Picture = new byte[] { 0x89, 0x50, 0x4E, 0x47, 1, 2, 3 },
        Question = "Which feature is most prominent in this section?",
        Options = ["A) Keratin pearls", "B) Signet-ring cells", "C) Psammoma bodies"],
        Reference = "B) Signet-ring cells",
        Reasoning = reasoning,
        ChosenOption = chosen,
    };

    public static ChatJudge Judge(ScriptedServer server, TimeProvider time, ChatJudgeOptions? options = null) =>
        OpenAiJudge.Create(server.Address, "test-key", options, time);

    /// <summary>Runs a review while the clock goes on by itself: a step of fake time for every few milliseconds of real time.</summary>
    public static async Task<JudgeReply> ReviewAsync(
        ScriptedServer server, ChatJudgeOptions? options = null, ProcessReviewRequest? request = null)
    {
        FakeTimeProvider time = new(new DateTimeOffset(2026, 11, 24, 12, 0, 0, TimeSpan.Zero));
        Task<JudgeReply> review = Judge(server, time, options).ReviewAsync(request ?? Request(), CancellationToken.None);
        while (!review.IsCompleted)
        {
            await Task.WhenAny(review, Task.Delay(30));
            if (!review.IsCompleted) time.Advance(TimeSpan.FromSeconds(1));
        }

        return await review;
    }
}
