using PathVlm.Modeling.Numerics;
using PathVlm.Synthesis.Findings;
using PathVlm.Synthesis.Questions;

namespace PathVlm.Synthesis.Corpus;

/// <summary>Textbook sentences without pictures: criteria, what excludes what, markers, behaviour; and quizzes on them.</summary>
internal static class TextbookPages
{
    /// <summary>Writes a page.</summary>
    public static BaseDocument Write(SeededRandom random)
    {
        Finding finding = random.Pick(FindingCatalog.All);
        Finding other = FindingCatalog.Named(random.Pick(finding.LookAlikes));
        return random.Below(3) switch
        {
            0 => Page(finding, other, random),
            1 => Difference(finding, other, random),
            _ => Quiz(finding, random),
        };
    }

    private static BaseDocument Page(Finding finding, Finding other, SeededRandom random)
    {
        List<string> facts =
        [
            ExplanationWriter.Cite(finding, random),
            $"In {finding.Diagnosis} there are {random.Pick(finding.Features)}.",
            $"{finding.Marker} confirms {finding.Diagnosis}.",
            $"We exclude {other.Diagnosis} because {other.Absence}.",
            $"As {finding.Diagnosis}, it is {(finding.Malignant ? "malignant" : "benign")}.",
            $"It is made of {finding.Cells}.",
        ];
        string ask = random.Pick<string>([$"What is known about {finding.Diagnosis}?", $"Tell me about {finding.Name}."]);
        return new BaseDocument(null, ask, string.Join(' ', random.Shuffled(facts).Take(3)), false);
    }

    private static BaseDocument Difference(Finding finding, Finding other, SeededRandom random)
    {
        QuestionKind kind = random.Chance(0.5) ? QuestionKind.Diagnosis : QuestionKind.Finding;
        string mine = QuestionWriter.OptionText(finding, kind), theirs = QuestionWriter.OptionText(other, kind);
        string answer = $"{ExplanationWriter.Cite(finding, random)} "
            + ExplanationWriter.Exclude(new Choice(theirs, other, false), finding, random);
        return new BaseDocument(null, $"How do you tell {mine} from {theirs}?", answer, false);
    }

    private static BaseDocument Quiz(Finding finding, SeededRandom random)
    {
        (string ask, QuestionKind kind) = random.Below(4) switch
        {
            0 => ($"Exam: {random.Pick(finding.Features)}. Which disease?", QuestionKind.Diagnosis),
            1 => ($"Exam: {finding.Name}. Which disease?", QuestionKind.Diagnosis),
            2 => ($"Exam: {finding.Diagnosis}. Which test?", QuestionKind.Marker),
            _ => ($"Exam: {random.Pick(finding.Features)}. Which name?", QuestionKind.Finding),
        };
        LetteredOptions options = LetteredOptions.Draw(random, QuestionWriter.OptionText(finding, kind),
            FindingCatalog.All.Select(item => QuestionWriter.OptionText(item, kind)), random.Count(2, 5));
        return options.Ask(null, ask, random.Chance(0.5) ? Reason(options, finding, kind, random) : null);
    }

    private static string Reason(LetteredOptions options, Finding finding, QuestionKind kind, SeededRandom random)
    {
        string wrong = random.Pick(options.Wrong);
        Finding other = FindingCatalog.All.First(item => QuestionWriter.OptionText(item, kind) == wrong);
        List<string> sentences = [];
        if (random.Chance(0.6))
            sentences.Add(ExplanationWriter.Cite(finding, random));
        if (random.Chance(0.6))
            sentences.Add(ExplanationWriter.Exclude(new Choice(wrong, other, false), finding, random));
        sentences.Add($"This points to {options.Answer[3..]}.");
        return string.Join(' ', sentences);
    }
}
