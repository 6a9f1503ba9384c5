using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.ML;
using PathVlm.Host.Faults;
using PathVlm.Host.Tests.Support;
using PathVlm.MLNet;
using PathVlm.MLNet.Data.Rows;
using PathVlm.Testing;

namespace PathVlm.Host.Tests.Commands;

/// <summary>Reviews of a rollout file: what is told, what is recorded, and whom a second run asks.</summary>
public sealed class JudgeTests : IDisposable
{
    private const string Review =
        """
        {"visual_analysis":{"quote":"The cells hold a single clear vacuole","shown_in_image":"yes","present":true},
         "option_elimination":{"rejected":[{"option":"A","quote":"so keratin pearls are excluded"}],"present":true},
         "knowledge":{"quote":"pushed aside by mucin is the hallmark","fact":"mucin displaces the nucleus","present":true},
         "violations":[],"unable_to_judge":null}
        """;

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    private string RecordFile => _folder.PathOf("records", "reviews.jsonl");

    [Fact]
    public async Task ASecondRunMakesNoCallAndGivesTheSameScores()
    {
        await using JudgeServer server = await JudgeServer.StartAsync(Review);
        string rollouts = RolloutFiles.Write(
            _folder, RolloutFiles.Line("q0", 0, RolloutFiles.Sound), RolloutFiles.Line("q0", 1, RolloutFiles.Idle),
            RolloutFiles.Line("q0", 2, " "),
            RolloutFiles.Line("q0", 0, RolloutFiles.Sound, step: 1));
        string[] verb = ["judge", "--record", RecordFile, "--judge", server.Address, rollouts, "--set",
            "Judge:PricePerMillionInputTokens=2.5",
            "--set", "Judge:PricePerMillionOutputTokens=10"];
        string first = (await CommandLine.RunAsync([.. verb, "--output", _folder.PathOf("first.jsonl")])).Success();
        Assert.Equal(2, server.Requests); // four rollouts: one is blank, one came before
        Assert.Contains("| this run                     | 2             | 2        | 2,000     | 400        | 0.01  |", first,
            StringComparison.Ordinal);

        string second = (await CommandLine.RunAsync([.. verb, "--output", _folder.PathOf("second.jsonl")])).Success();
        Assert.Equal(2, server.Requests);
        Assert.Contains("| this run                     | 0             | 0        | 0         | 0          | 0.00  |", second,
            StringComparison.Ordinal);
        Assert.Contains("| these reviews, by the record | 2             | 2        | 2,000     | 400        | 0.01  |", second,
            StringComparison.Ordinal);
        Assert.Equal(File.ReadAllText(_folder.PathOf("first.jsonl")), File.ReadAllText(_folder.PathOf("second.jsonl")));
        Assert.DoesNotContain(JudgeServer.Key, File.ReadAllText(RecordFile), StringComparison.Ordinal);
    }

    [Fact]
    public async Task TheRubricScoresEachRolloutAndItsFindingsAreWritten()
    {
        string rollouts = RolloutFiles.Write(
            _folder, RolloutFiles.Line("q0", 0, RolloutFiles.Sound), RolloutFiles.Line("q0", 1, RolloutFiles.Idle, step: 5),
            RolloutFiles.Line("q1", 0, "", step: 5));
        Outcome outcome = await CommandLine.RunAsync("judge", "--record", RecordFile, "--output", _folder.PathOf("scores.jsonl"), rollouts);
        string output = outcome.Success();
        Assert.Contains("3 rollouts of 2 rows; judge: rubric-1", output, StringComparison.Ordinal);
        Assert.Contains("| 0-0   | 1        | 1.000          | 1.000        | 1.000     | 0     | 0       |", output,
            StringComparison.Ordinal);
        Assert.Contains("| all   | 3        | 0.500          | 0.333        | 0.667     | 1     | 0       |", output,
            StringComparison.Ordinal);
        Assert.DoesNotContain("money", output, StringComparison.Ordinal);

        JsonElement[] lines = RolloutFiles.Read(_folder.PathOf("scores.jsonl"));
        Assert.Equal([(1f, 1f, 1f, false), (0.5f, 0f, 1f, false), (0f, 0f, 0f, true)], lines.Select(Scores));
        Assert.Equal([("q0", 0, 0L), ("q0", 1, 5L), ("q1", 0, 5L)], lines.Select(line =>
            (line.GetProperty("id").GetString()!, line.GetProperty("sample").GetInt32(), line.GetProperty("step").GetInt64())));
        Assert.Equal(
            ["visual_analysis", "option_elimination: A", "knowledge"],
            lines[0].GetProperty("findings").EnumerateArray()
                .Where(finding => finding.GetProperty("dropped").ValueKind == JsonValueKind.Null)
                .Select(finding => finding.GetProperty("item").GetString()));
    }

    [Fact]
    public async Task RolloutsAreJoinedByIdWithASetThatIsNamed()
    {
        using SmallSet set = new();
        PathologyQuestion row = new MLContext().Pathology().Data.LoadPathMmu(set.Folder).Questions[0];
        string rollouts = RolloutFiles.Write(
            _folder, new JsonObject { ["id"] = row.Id, ["text"] = RolloutFiles.Completion(RolloutFiles.Idle) });
        Assert.Contains("1 rollouts of 1 rows",
            (await CommandLine.RunAsync("judge", "--record", RecordFile, "--data", set.Folder, rollouts)).Success(),
            StringComparison.Ordinal);
        RolloutFiles.Write(_folder, new JsonObject { ["id"] = "no row", ["text"] = "" });
        (await CommandLine.RunAsync("judge", "--record", RecordFile, "--data", set.Folder, rollouts))
            .IsMistake("rollouts.jsonl, line 1: id: expected a row of the set that is named (--data), got [no row]");
    }

    [Fact]
    public async Task AReviewThatIsMissingIsNullAndToldByCause()
    {
        await using JudgeServer server = await JudgeServer.StartAsync("no review");
        string rollouts = RolloutFiles.Write(_folder, RolloutFiles.Line("q0", 0, RolloutFiles.Sound));
        Outcome outcome = await CommandLine.RunAsync(
            "judge", "--record", RecordFile, "--judge", server.Address, "--output", _folder.PathOf("scores.jsonl"), rollouts);
        const string Told = "InvalidReply: 1 (the reply holds no JSON object, but: no review)";
        Assert.Contains($"missing, {Told}", outcome.Output, StringComparison.Ordinal);
        string last = outcome.Error.Trim().Split('\n')[^1]; // progress stands on the error stream before it
        Assert.Equal((ExitCodes.RunStopped, $"pathvlm: --judge: none of 1 rollouts is scored: {Told}"), (outcome.Code, last));
        JsonElement line = Assert.Single(RolloutFiles.Read(_folder.PathOf("scores.jsonl")));
        Assert.Equal((JsonValueKind.Null, "invalid_reply"),
            (line.GetProperty("reward").ValueKind, line.GetProperty("missing").GetString()));
    }

    [Fact]
    public async Task AJudgeThatNobodyReachesEndsTheRun()
    {
        JudgeServer closed = await JudgeServer.StartAsync("");
        string address = closed.Address, rollouts = RolloutFiles.Write(_folder, RolloutFiles.Line("q0", 0, RolloutFiles.Sound));
        await closed.DisposeAsync();
        Environment.SetEnvironmentVariable("PATHVLM_JUDGE_KEY", JudgeServer.Key);
        try
        {
            Outcome outcome = await CommandLine.RunAsync("judge", "--record", RecordFile, "--judge", address, rollouts);
            Assert.Equal(ExitCodes.RunStopped, outcome.Code);
            Assert.Contains("could not be reached", outcome.Error, StringComparison.Ordinal);
        }
        finally
        {
            Environment.SetEnvironmentVariable("PATHVLM_JUDGE_KEY", null);
        }
    }

    [Fact]
    public async Task ASecondRunAfterAnOutageAsksForWhatFailedAndForNothingElse()
    {
        string rollouts = RolloutFiles.Write(_folder, RolloutFiles.Line("q0", 0, RolloutFiles.Sound));
        string[] verb = ["judge", "--record", RecordFile, "--judge-model", "judge", "--set", "Judge:MaxMissingRate=1", rollouts, "--judge"];
        await using (JudgeServer outage = await JudgeServer.StartAsync("no review"))
            Assert.Contains("missing, InvalidReply: 1", (await CommandLine.RunAsync([.. verb, outage.Address])).Output,
                StringComparison.Ordinal);
        RolloutFiles.Write(_folder, RolloutFiles.Line("q0", 0, RolloutFiles.Sound), RolloutFiles.Line("q0", 1, RolloutFiles.Idle));
        await using JudgeServer server = await JudgeServer.StartAsync(Review);
        string second = (await CommandLine.RunAsync([.. verb, server.Address])).Success(),
            third = (await CommandLine.RunAsync([.. verb, server.Address])).Success();
        Assert.Equal(2, server.Requests);
        Assert.DoesNotContain("missing, ", second + third, StringComparison.Ordinal);
    }

    [Fact]
    public async Task WhatAllRolloutsWillCostIsForecastOnceAfterFiftyReviews()
    {
        await using JudgeServer server = await JudgeServer.StartAsync(Review);
        string rollouts = RolloutFiles.Write(
            _folder, [.. Enumerable.Range(0, 240)
            .Select(sample => RolloutFiles.Line("q0", sample, $"{RolloutFiles.Sound} Number {sample % 120}."))]);
        string[] verb = ["judge", "--record", RecordFile, "--judge", server.Address, rollouts];
        string priced = (await CommandLine.RunAsync([.. verb, "--set", "Judge:PricePerMillionInputTokens=2.5"])).Success();
        // half are repeated: not to be foreseen
        Assert.Equal(
            "forecast after 50 reviews asked: 240 for all 240 rollouts, 240,000 tokens in, 48,000 out, money 1.08", Forecast(priced));
        File.Delete(RecordFile);
        Assert.Equal("forecast after 50 reviews asked: 240 for all 240 rollouts, 240,000 tokens in, 48,000 out",
            Forecast((await CommandLine.RunAsync(verb)).Success()));
        Assert.DoesNotContain("forecast", (await CommandLine.RunAsync(verb)).Success(), StringComparison.Ordinal);

        static string Forecast(string output) => Assert.Single(
            output.Split('\n', StringSplitOptions.TrimEntries), line => line.StartsWith("forecast", StringComparison.Ordinal));
    }

    [Fact]
    public async Task ScoresGoToANewFolderWholeAndReplaceTheOnesBefore()
    {
        string rollouts = RolloutFiles.Write(_folder, RolloutFiles.Line("q0", 0, RolloutFiles.Sound)),
            scores = _folder.PathOf("new", "deep", "scores.jsonl");
        for (int run = 0; run < 2; run++)
        {
            (await CommandLine.RunAsync("judge", "--record", RecordFile, "--output", scores, rollouts)).Success();
            Assert.Single(RolloutFiles.Read(scores));
            Assert.Equal([scores], Directory.GetFiles(Path.GetDirectoryName(scores)!));
            await File.WriteAllTextAsync(scores + ".unfinished", "{\"id\":\"left by a run that ended\"}\n");
        }
    }

    [Fact]
    public async Task AnOutputThatWouldBeWrittenOverSomethingElseIsRefusedBeforeAnybodyIsAsked()
    {
        await using JudgeServer server = await JudgeServer.StartAsync(Review);
        string rollouts = RolloutFiles.Write(_folder, RolloutFiles.Line("q0", 0, RolloutFiles.Sound));
        string before = await File.ReadAllTextAsync(rollouts),
            detour = Path.Combine(Path.GetDirectoryName(rollouts)!, ".", "rollouts.jsonl");
        foreach ((string output, string said) in new[] { (detour, $"got [{detour}], which is the rollout file itself"),
            (RecordFile, $"got [{RecordFile}], which is the record itself"), (Path.GetDirectoryName(rollouts)!, "got the folder [") })
            (await CommandLine.RunAsync("judge", "--record", RecordFile, "--judge", server.Address, "--output", output, rollouts))
                .IsMistake("--output: expected ", said);
        Assert.Equal((0, false, before), (server.Requests, File.Exists(RecordFile), await File.ReadAllTextAsync(rollouts)));
    }

    [Fact]
    public async Task AJudgeThatRefusesTheKeyStopsTheRunInOneLine()
    {
        await using JudgeServer server = await JudgeServer.StartAsync("", status: 401);
        string rollouts = RolloutFiles.Write(_folder, RolloutFiles.Line("q0", 0, RolloutFiles.Sound));
        Outcome outcome = await CommandLine.RunAsync("judge", "--record", RecordFile, "--judge", server.Address, rollouts);
        Assert.Equal(ExitCodes.RunStopped, outcome.Code);
        Assert.StartsWith("pathvlm: the judge answered 401", outcome.ErrorLine, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("text", null, "line 2: text: missing; expected text")]
    [InlineData("id", "7", "line 2: id: expected text, got Number")]
    [InlineData("question", null, "line 2: question: missing; name the set of the rollouts with --data")]
    [InlineData("options", "[1]", "line 2: options: expected texts, got Number")]
    [InlineData("answer", "\"D) Something else\"", "line 2: answer: ")]
    [InlineData("image", "\"gone.png\"", "gone.png]; if the set was moved")]
    [InlineData("step", "-1", "line 2: step: expected a whole number from 0, got -1")]
    public async Task ALineThatLacksSomethingIsNamedBeforeAnybodyIsAsked(string field, string? value, string said)
    {
        JsonObject faulty = RolloutFiles.Line("q0", 1, RolloutFiles.Sound);
        faulty.Remove(field);
        if (value is not null) faulty[field] = JsonNode.Parse(value);
        string rollouts = RolloutFiles.Write(_folder, RolloutFiles.Line("q0", 0, RolloutFiles.Sound), faulty);
        (await CommandLine.RunAsync("judge", "--record", RecordFile, rollouts)).IsMistake("rollouts.jsonl", said);
        Assert.False(File.Exists(RecordFile));
    }

    [Fact]
    public async Task FilesThatAreNoneAreNamed()
    {
        string rollouts = _folder.PathOf("rollouts.jsonl");
        (await CommandLine.RunAsync("judge", "--record", RecordFile, rollouts)).IsMistake(rollouts, "expected a rollout file");
        (await CommandLine.RunAsync("judge", rollouts)).IsMistake("--record");
        await File.WriteAllTextAsync(rollouts, "");
        (await CommandLine.RunAsync("judge", "--record", RecordFile, rollouts)).IsMistake("holds no rollout");
        await File.WriteAllTextAsync(rollouts, "{\"id\": \"q0\"");
        (await CommandLine.RunAsync("judge", "--record", RecordFile, rollouts)).IsMistake("line 1: expected JSON");
        RolloutFiles.Write(_folder, RolloutFiles.Line("q0", 0, RolloutFiles.Sound));
        foreach (string address in new[] { "judge", "ftp://judge/v1", "/v1" })
            (await CommandLine.RunAsync("judge", "--record", RecordFile, "--judge", address, rollouts))
                .IsMistake("--judge: expected an absolute http or https address", $"got [{address}]");
        string record = _folder.PathOf("record.jsonl");
        await File.WriteAllTextAsync(record, "{}\n");
        (await CommandLine.RunAsync("judge", "--record", record, rollouts)).IsMistake("record.jsonl, line 1");
    }

    private static (float Reward, float Completeness, float Soundness, bool Blank) Scores(JsonElement line) =>
        (line.GetProperty("reward").GetSingle(), line.GetProperty("completeness").GetSingle(), line.GetProperty("soundness").GetSingle(),
            line.GetProperty("blank").GetBoolean());
}
