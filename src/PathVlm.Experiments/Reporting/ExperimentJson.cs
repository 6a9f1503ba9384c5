using System.Text.Json;
using PathVlm.Experiments.Answers;
using PathVlm.Experiments.Results;
using PathVlm.MLNet.Evaluation;

namespace PathVlm.Experiments.Reporting;

/// <summary>The report as JSON: the figures themselves, for programs.</summary>
internal static class ExperimentJson
{
    /// <summary>Writes it.</summary>
    internal static string Of(ExperimentResults results) => JsonSerializer.Serialize(
        new
        {
            Notice = ResearchNotice.Text,
            Provenance = ProvenanceTexts.Of(results),
            Preset = results.Plan.Recipe.Name,
            Bases = results.Plan.Bases.Select(item => item.Name),
            results.Plan.Seeds,
            Judge = results.Plan.Judge.Identity,
            Rows = results.StageRows,
            results.Guessing,
            Models = results.Lines.SelectMany(line => line.Runs).Select(Model),
            OverSeeds = results.Lines.Select(line => OverSeeds(results, line)),
            ToStageBefore = StageDifferences.ToStageBefore(results).Select(Difference),
            ControlGroup = StageDifferences.OfControlPairs(results).Select(Difference),
            Canaries = results.Canaries.Reviews.Select(item => new
            {
                item.Name, item.IsEmpty, Completeness = (double)item.Review.Completeness,
                Soundness = (double)item.Review.Soundness,
                ProcessReward = (double)item.Review.Reward, Missing = item.Review.Missing?.ToString(),
            }),
            Cases = results.Cases.Select(item => new
            {
                item.Question.Id, item.Question.Question, item.Question.Options, item.Question.Answer,
                Picture = Path.GetFileName(item.Question.ImagePath),
                Answers = item.Sides.Select(side => new
                {
                    side.Run.Base, side.Run.Name, side.Run.Seed, side.Reasoning,
                    Answer = side.Answer.Body, Chosen = side.Answer.Option, side.Answer.Status,
                    side.IsRight, side.Tokens, Completeness = (double)side.Review.Completeness,
                    Soundness = (double)side.Review.Soundness, ProcessReward = (double)side.Review.Reward,
                    Missing = side.Review.Missing?.ToString(), Findings = side.Review.Score?.Verdicts,
                }),
            }),
            Settings = results.Settings,
        },
        EvaluationJson.Options);

    private static object Model(ModelRun run) => new
    {
        run.Base,
        run.Name,
        run.Seed,
        run.ProcessReward,
        Sets = run.Sets.ToDictionary(set => set.Key, set =>
        {
            EvaluationResult result = EvaluationMath.Summarize(set.Value.Rows);
            return new
            {
                result.Overall, result.Subsets, MeanTokens = ExperimentTables.MeanTokens(set.Value.Answers),
                Unanswered = set.Value.Answers.Select(answer => answer.Failure).OfType<string>().CountBy(cause => cause).ToDictionary(),
            };
        }),
    };

    private static object OverSeeds(ExperimentResults results, ModelLine line) => new
    {
        line.Base,
        line.Name,
        Sets = line.Runs[0].Sets.Keys.ToDictionary(set => set, set => PooledFigures.Of(results, line, set, null)),
        BlankReliance = PooledFigures.Reliance(results, line, AnswerSet.Blank),
        ShuffledReliance = PooledFigures.Reliance(results, line, AnswerSet.Shuffled),
    };

    private static object Difference(StageDifference difference) => new
    {
        difference.Line.Base, difference.Line.Name, Against = difference.Against.Name, difference.Seed,
        difference.Comparison, difference.P, difference.Corrected,
    };
}
