#!/usr/bin/env dotnet
#:project ../src/PathVlm.Experiments/PathVlm.Experiments.csproj
#:project ../src/PathVlm.Synthesis/PathVlm.Synthesis.csproj
#:package TorchSharp-cpu@0.107.0
#:property PublishAot=false

// The process reward: the judge's canaries, two completions of one question, and the record of the reviews.
// dotnet run -c Release samples/3-process-reward.cs
using Microsoft.ML;
using PathVlm.MLNet;
using PathVlm.MLNet.Judging.Canaries;
using PathVlm.MLNet.Judging.Panel;
using PathVlm.MLNet.Judging.Protocol;
using PathVlm.MLNet.Judging.Records;
using PathVlm.MLNet.Judging.Rubric;
using PathVlm.Synthesis;

const string Record = "out/3/reviews.jsonl";
var ml = new MLContext(seed: 17);
var pathology = ml.Pathology();
var drawn = pathology.Data.Synthesize("out/3/data",
    new SyntheticSetOptions { SftCount = 4, RlCount = 0, TestCount = 1, OutOfDomainCount = 0, ReasoningSteps = 1 });
var row = pathology.Data.LoadPathMmu(drawn.PathMmuFile, splits: ["sft"]).Questions[0];
var picture = ProcessReviewRequest.EncodePicture(row.ImagePath);
ProcessReviewRequest Completion(string reasoning) =>
    ProcessReviewRequest.Create(row, $"<think>{reasoning}</think><answer>{row.Answer}</answer>", picture);

// The offline rubric; a model judge is OpenAiJudge.Create(new Uri("https://…/v1")).
File.Delete(Record);
float reward;
using (var panel = new ReviewPanel(new RubricJudge(), new ReviewPanelOptions { RecordFile = Record }))
{
    Console.WriteLine(await JudgeCanaries.ReviewAsync(panel, CancellationToken.None));
    var reviews = await panel.ReviewAsync(
        [Completion("The answer is clear from the image."), Completion(row.Explanation)], CancellationToken.None);
    foreach (var review in reviews) Console.WriteLine($"process reward {review.Reward:0.00}: {review.Findings}");
    Console.WriteLine($"an empty reasoning earns less than a good one: {reviews[0].Reward < reviews[1].Reward}");
    reward = reviews[1].Reward;
}

// A recorded judge answers from the record, and asks nobody.
using var replay = new ReviewPanel(new RecordedJudge(Record));
var again = await replay.ReviewAsync([Completion(row.Explanation)], CancellationToken.None);
Console.WriteLine($"the record gives the same reward: {again[0].Reward == reward}");
