using System.Text.RegularExpressions;
using PathVlm.MLNet.Judging.Messages;
using PathVlm.MLNet.Judging.Protocol;
using PathVlm.MLNet.Judging.Wording;

namespace PathVlm.MLNet.Judging.Rubric;

/// <summary>
/// A deterministic offline stand-in for a model judge: it reads sentences, not meaning. A sentence is a visual step when it names
/// something seen and says that it is seen; an elimination when it names an option that was not chosen and rejects it; knowledge when it
/// states a criterion or an association. It never sees the picture, and says so (<see cref="ShownInImage.CannotTell"/>). Its findings are
/// scored by the same code as a model's, so what it can be fooled by is in <see cref="RubricTerms"/>, in the open.
/// </summary>
public sealed partial class RubricJudge : IProcessJudge
{
    private const int MinimumWords = 4;

    /// <summary>
    /// Most rejections and violations reported: each is looked up in the whole reasoning, and three violations leave no point.
    /// </summary>
    private const int MostFindings = 64;

    /// <inheritdoc/>
    public string Identity => "rubric-1";

    /// <inheritdoc/>
    public bool IsOffline => true;

    /// <inheritdoc/>
    public Task<JudgeReply> ReviewAsync(ProcessReviewRequest request, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        ReviewFindings findings = Review(request);
        return Task.FromResult(new JudgeReply(findings, null, ReviewJson.Write(findings), Requests: 0, InputTokens: 0, OutputTokens: 0));
    }

    /// <summary>The findings; a function of the request alone.</summary>
    public static ReviewFindings Review(ProcessReviewRequest request)
    {
        string question = ReviewText.Normalised(request.Question);
        OptionMentions options = new(request.Options);
        List<RubricSentence> sentences = [.. Sentence().Matches(ReviewText.Shown(request.Reasoning))
            .Select(match => new RubricSentence(match.Value.Trim(), options, request.ChosenOption))
            .Where(sentence => ReviewText.WordCount(sentence.Text) >= MinimumWords && !sentence.CopiesFrom(question))];

        List<RejectedOption> rejected = [];
        HashSet<RubricSentence> used = [];
        foreach (RubricSentence sentence in sentences)
            foreach (string label in sentence.RejectedLabels)
            {
                if (rejected.Count < MostFindings) rejected.Add(new RejectedOption(label, sentence.Text));
                used.Add(sentence);
            }

        RubricSentence? knowledge = sentences.Find(sentence => !used.Contains(sentence) && sentence.StatesKnowledge);
        if (knowledge is not null) used.Add(knowledge);
        RubricSentence? visual = sentences.Find(sentence => !used.Contains(sentence) && sentence.DescribesPicture);
        return new ReviewFindings(
            new VisualFinding(visual?.Text, ShownInImage.CannotTell, visual is not null),
            new EliminationFinding(rejected, rejected.Count > 0),
            new KnowledgeFinding(knowledge?.Text, knowledge?.Text, knowledge is not null),
            [.. Violations(sentences, request).Take(MostFindings)],
            UnableToJudge: null);
    }

    private static IEnumerable<ReviewViolation> Violations(List<RubricSentence> sentences, ProcessReviewRequest request)
    {
        foreach (RubricSentence sentence in sentences)
        {
            if (request.ChosenOption is { } chosen && sentence.RejectedLabelsIncludingChosen.Contains(chosen))
                yield return new ReviewViolation(ViolationKind.Contradiction, sentence.Text, "rejects the option that is then chosen");
            foreach ((string subject, string claim) in RubricTerms.FalseClaims)
                if (sentence.Normalised.Contains(subject, StringComparison.Ordinal)
                    && sentence.Normalised.Contains(claim, StringComparison.Ordinal) && !sentence.Rejects)
                    yield return new ReviewViolation(ViolationKind.BasicHistology, sentence.Text, $"'{subject}' with '{claim}'");
        }

        foreach (string feature in RubricTerms.VisibleThings)
        {
            RubricSentence? denied = sentences.Find(sentence => sentence.Denies(feature));
            if (denied is not null && sentences.Exists(sentence => sentence.AffirmsSeen(feature) && sentence != denied))
                yield return new ReviewViolation(ViolationKind.Contradiction, denied.Text, $"'{feature}' is both seen and not seen");
        }
    }

    [GeneratedRegex(@"[^.!?;\n]+[.!?;]*")]
    private static partial Regex Sentence();
}
