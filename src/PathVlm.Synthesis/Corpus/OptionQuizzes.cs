using PathVlm.Modeling.Numerics;
using PathVlm.Synthesis.Findings;
using PathVlm.Synthesis.Questions;

namespace PathVlm.Synthesis.Corpus;

/// <summary>
/// Quizzes whose question does not say what kind of thing the options are, so that the options have to be read: over tiles (plain
/// words, features, names), over statements without a picture (anything that is known of a finding), and over the letters themselves.
/// </summary>
internal static class OptionQuizzes
{
    private static readonly string[] PictureQuestions =
        ["Which option fits the picture?", "Pick what matches the tile.", "Which of these is seen here?",
            "Which one is right for this tile?"];

    private static readonly Func<Finding, string>[] Seen =
        [finding => finding.PlainWords, finding => finding.Features[0], finding => finding.Features[1], finding => finding.Name];

    /// <summary>What is known of a finding beside how it looks: the drills in letters list it too.</summary>
    internal static readonly Func<Finding, string>[] Known =
    [
        finding => finding.Name, finding => finding.Diagnosis, finding => finding.Features[0], finding => finding.Features[1],
        finding => finding.Marker, finding => finding.Cells, finding => finding.Criterion,
    ];

    /// <summary>A quiz about a tile.</summary>
    public static BaseDocument OverTile(Tile tile, SeededRandom random)
    {
        Choices choices = Draw(tile.Finding, Seen, random);
        string? reasoning = null;
        if (random.Chance(0.8))
        {
            List<string> sentences = [ExplanationWriter.See(random.Pick(tile.Finding.Features), tile.Companion, random)];
            sentences.AddRange(Steps(tile.Finding, choices, random, 0.25));
            sentences.Add(random.Chance(0.5) ? $"This fits {choices.Options.Answer[3..]}." : $"These are {tile.Finding.Name}.");
            reasoning = string.Join(' ', sentences);
        }
        return choices.Options.Ask(() => tile.Picture, random.Pick(PictureQuestions), reasoning);
    }

    /// <summary>A quiz that gives one thing known of a finding and asks for another.</summary>
    public static BaseDocument OverStatement(SeededRandom random)
    {
        Finding finding = random.Pick(FindingCatalog.All);
        string given = random.Pick(Known)(finding);
        Choices choices = Draw(finding, [random.Pick([.. Known.Where(known => known(finding) != given)])], random);
        string? reasoning = null;
        if (random.Chance(0.6))
        {
            List<string> sentences = [$"We know {given}."];
            sentences.AddRange(Steps(finding, choices, random, 0.4));
            sentences.Add($"This points to {finding.Diagnosis}, so {choices.Options.Answer[3..]} fits.");
            reasoning = string.Join(' ', sentences);
        }
        return choices.Options.Ask(null, $"Given: {given}. Which option belongs to it?", reasoning);
    }

    /// <summary>A quiz about letters: which text a letter has, or which letter a text has.</summary>
    public static BaseDocument OverLetters(SeededRandom random)
    {
        Choices choices = Draw(random.Pick(FindingCatalog.All), Known, random);
        string line = choices.Options.Answer;
        return random.Chance(0.5)
            ? choices.Options.Ask(null, $"Repeat option {line[0]}.", random.Chance(0.5) ? $"Option {line[0]} reads {line[3..]}." : null)
            : choices.Options.Ask(null, $"Find the option {line[3..]}.", random.Chance(0.5) ? $"It has the letter {line[0]}." : null);
    }

    private static Choices Draw(Finding finding, Func<Finding, string>[] kinds, SeededRandom random)
    {
        int count = random.Count(2, 5);
        List<Finding> others = [.. random.Shuffled(FindingCatalog.All.Where(other => other != finding)).Take(count - 1)];
        bool mixed = random.Chance(0.3);
        Func<Finding, string> kind = random.Pick(kinds);
        Dictionary<string, Finding> texts = others.ToDictionary(other => (mixed ? random.Pick(kinds) : kind)(other));
        return new Choices(LetteredOptions.Of(random, (mixed ? random.Pick(kinds) : kind)(finding), texts.Keys), texts);
    }

    private static IEnumerable<string> Steps(Finding finding, Choices choices, SeededRandom random, double chance)
    {
        if (random.Chance(chance))
            yield return ExplanationWriter.Cite(finding, random);
        if (random.Chance(chance))
        {
            string wrong = random.Pick(choices.Options.Wrong);
            yield return ExplanationWriter.Exclude(new Choice(wrong, choices.Others[wrong], false), finding, random);
        }
    }

    private sealed record Choices(LetteredOptions Options, Dictionary<string, Finding> Others);
}
