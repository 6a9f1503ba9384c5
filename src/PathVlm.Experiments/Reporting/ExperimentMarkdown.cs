using System.Text;
using PathVlm.Experiments.Results;
using PathVlm.MLNet.Evaluation;

namespace PathVlm.Experiments.Reporting;

/// <summary>The report as Markdown.</summary>
internal static class ExperimentMarkdown
{
    /// <summary>Writes it.</summary>
    /// <param name="results">What is reported.</param>
    /// <param name="tables">Its tables.</param>
    /// <param name="figures">Files of the figures, by base.</param>
    internal static string Of(ExperimentResults results, IReadOnlyList<ReportTable> tables, IEnumerable<(string Base, string File)> figures)
    {
        StringBuilder text = new();
        text.Append("# Experiment\n\n**").Append(ResearchNotice.Text).Append("**\n\n");
        foreach (string line in CaseTexts.About(results)) text.Append(line).Append("\n\n");
        foreach ((string name, string file) in figures)
            text.Append("![Accuracy by stage, base ").Append(name).Append("](").Append(file).Append(")\n\n");
        foreach (ReportTable table in tables) Append(text, table);
        text.Append("## ").Append(CaseTexts.Title).Append("\n\n").Append(CaseTexts.Note).Append("\n\n");
        foreach (ReasoningCase item in results.Cases) Append(text, results, item);
        return text.Append(ResearchNotice.Text).Append('\n').ToString();
    }

    private static void Append(StringBuilder text, ReportTable table)
    {
        text.Append("## ").Append(table.Title).Append("\n\n").Append(table.Note).Append("\n\n");
        Row(table.Header);
        Row(table.Header.Select(_ => "---"));
        foreach (IReadOnlyList<string> row in table.Rows) Row(row);
        text.Append('\n');

        void Row(IEnumerable<string> cells) => text.Append("| ")
            .AppendJoin(" | ", cells.Select(cell => cell.Replace("|", "\\|", StringComparison.Ordinal))).Append(" |\n");
    }

    private static void Append(StringBuilder text, ExperimentResults results, ReasoningCase item)
    {
        text.Append("### ").Append(Escape(CaseTexts.Heading(results, item))).Append("\n\n")
            .Append(Escape(item.Question.Question)).Append("\n\n");
        foreach (string option in item.Question.Options) text.Append("- ").Append(Escape(option)).Append('\n');
        text.Append("\nRight: ").Append(Escape(item.Question.Answer)).Append("\n\n");
        foreach (ReasoningSide side in item.Sides)
        {
            text.Append("**").Append(side.Run.Name).Append("**: ").Append(Escape(CaseTexts.Choice(side))).Append("; ")
                .Append(CaseTexts.Score(side.Review)).Append("\n\n> ")
                .Append(Escape(side.Reasoning)).Append("\n\n");
            foreach (string finding in CaseTexts.Findings(side.Review)) text.Append("- ").Append(Escape(finding)).Append('\n');
            text.Append('\n');
        }
    }

    // What a model or a set holds is shown as text, whatever marks are in it.
    private static string Escape(string text)
    {
        StringBuilder plain = new(text.Length);
        foreach (char letter in text)
        {
            if (letter is '|' or '<' or '*' or '_' or '`' or '[' or ']' or '\\' or '#') plain.Append('\\');
            plain.Append(letter is '\r' or '\n' ? ' ' : letter);
        }

        return plain.ToString();
    }
}
