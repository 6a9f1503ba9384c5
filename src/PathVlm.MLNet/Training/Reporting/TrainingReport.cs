using System.Xml.Linq;
using PathVlm.MLNet.Display;
using PathVlm.MLNet.Evaluation;
using PathVlm.MLNet.Persistence;
using PathVlm.MLNet.Training.Logging;
using PathVlm.Modeling.Files;

namespace PathVlm.MLNet.Training.Reporting;

/// <summary>A stage's report.html: one page that needs no other file.</summary>
internal static class TrainingReport
{
    /// <summary>Writes the page beside the stage's metrics. Where that fails the trained model is not lost: a warning says so.</summary>
    /// <param name="channel">Gets the warning.</param>
    /// <param name="folder">The output folder; null: nothing is written.</param>
    /// <param name="name">The stage's name.</param>
    /// <param name="run">How the run went.</param>
    public static void Write(MessageChannel channel, string? folder, string name, XElement run)
    {
        if (folder is null) return;
        string path = Path.Combine(folder, TrainingOutput.ReportFile);
        try
        {
            AtomicFile.Write(path, Page(name, run));
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException or InvalidDataException)
        {
            channel.Warning($"the report was not written: {fault.Message}");
        }
    }

    /// <summary>The page.</summary>
    public static string Page(string name, XElement run) => HtmlPage.Of($"{name}: training report",
    [
        Html.Text("h1", name),
        new XElement("p", new XAttribute("class", "notice"), ResearchNotice.Text),
        run,
    ]);
}
