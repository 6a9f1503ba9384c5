using PathVlm.Modeling.Numerics;
using PathVlm.Synthesis.Findings;

namespace PathVlm.Synthesis.Questions;

/// <summary>Writes the questions of the fine-tuning set: a function of the tile and the draws given to it.</summary>
internal sealed class QuestionWriter
{
    private static readonly double[] KindWeights = [0.26, 0.14, 0.16, 0.08, 0.1, 0.12, 0.06, 0.08];
    private readonly double _lookAlikes;
    private readonly ExplanationWriter _explanations;

    /// <param name="lookAlikes">Chance of each wrong option to be a look-alike, 0 to 1.</param>
    /// <param name="steps">Chance of an explanation to exclude an option, and the same to cite a criterion, 0 to 1.</param>
    /// <param name="both">Chance of one of the two where the other is there, 0 to 1: a thorough author does both.</param>
    public QuestionWriter(double lookAlikes, double steps, double both = 0.8)
    {
        _lookAlikes = lookAlikes;
        _explanations = new ExplanationWriter(steps, both);
    }

    /// <summary>Writes a question of a kind drawn at random.</summary>
    public TileQuestion Write(Tile tile, SeededRandom random) => Write(tile, (QuestionKind)random.PickWeighted(KindWeights), random);

    /// <summary>Writes a question of one kind.</summary>
    public TileQuestion Write(Tile tile, QuestionKind kind, SeededRandom random)
    {
        List<Choice> choices = kind == QuestionKind.Behaviour
            ? [new("malignant", null, tile.Finding.Malignant), new("benign", null, !tile.Finding.Malignant)]
            : FindingChoices(tile.Finding, kind, random);
        choices = random.Shuffled(choices);
        List<string> options = [.. choices.Select((choice, index) => $"{(char)('A' + index)}) {choice.Text}")];
        int right = choices.FindIndex(choice => choice.Right);
        Choice excluded = random.Pick(choices.Where(choice => !choice.Right).ToList());
        string explanation = _explanations.Write(tile, kind, choices[right], excluded, random);
        return new TileQuestion(kind, Ask(kind, choices, random), options, options[right], explanation);
    }

    /// <summary>A finding as an option of a question reads.</summary>
    internal static string OptionText(Finding finding, QuestionKind kind) => kind switch
    {
        QuestionKind.Diagnosis => finding.Diagnosis,
        QuestionKind.Finding or QuestionKind.Pair => finding.Name,
        QuestionKind.Feature => finding.Features[1],
        QuestionKind.Criterion => finding.Criterion,
        QuestionKind.Cells => finding.Cells,
        QuestionKind.Marker => finding.Marker,
        _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, "has options of its own"),
    };

    private List<Choice> FindingChoices(Finding finding, QuestionKind kind, SeededRandom random)
    {
        List<Finding> chosen = [finding];
        int count = kind switch
        {
            QuestionKind.Pair => 2,
            QuestionKind.Criterion or QuestionKind.Feature => random.Count(3, 4),
            _ => random.Count(3, 5),
        };
        List<string> alike = random.Shuffled(finding.LookAlikes);
        while (chosen.Count < count)
        {
            Finding other = alike.Count > 0 && random.Chance(_lookAlikes) ? FindingCatalog.Named(alike[0])
                : random.Pick(FindingCatalog.All);
            alike.Remove(other.Name);
            if (!chosen.Contains(other))
                chosen.Add(other);
        }
        return [.. chosen.Select(item => new Choice(OptionText(item, kind), item, item == finding))];
    }

    private static string Ask(QuestionKind kind, List<Choice> choices, SeededRandom random) => random.Pick<string>(kind switch
    {
        QuestionKind.Diagnosis => ["What is the most likely diagnosis?", "Which diagnosis fits this tile?", "What does this patient have?"],
        QuestionKind.Finding => ["Which finding is shown?", "What are the main structures here?"],
        QuestionKind.Feature => ["Which feature is visible?", "Which feature supports the diagnosis?"],
        QuestionKind.Criterion => ["Which criterion is met?", "Which rule applies to this tile?"],
        QuestionKind.Cells => ["What is this tile made of?", "Which cells or matter matter here?"],
        QuestionKind.Marker => ["Which stain would confirm the diagnosis?", "Which marker is expected?"],
        QuestionKind.Behaviour => ["How will this lesion behave?", "Is this lesion benign or malignant?"],
        _ => [$"Are these {choices[0].Text} or {choices[1].Text}?", $"Does the tile show {choices[0].Text} or {choices[1].Text}?"],
    });
}

/// <summary>One option before it has a letter.</summary>
/// <param name="Text">How it reads.</param>
/// <param name="Finding">The finding it stands for, null where it stands for none.</param>
/// <param name="Right">Whether it is the answer.</param>
internal sealed record Choice(string Text, Finding? Finding, bool Right);
