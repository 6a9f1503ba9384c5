using System.Globalization;

namespace PathVlm.Experiments.Progress;

/// <summary>What a run reports while it works.</summary>
/// <param name="Kind">What happened.</param>
/// <param name="Text">The message, the warning, or the name of the work.</param>
/// <param name="Done">Steps of the work that are done; 0 for messages and warnings.</param>
/// <param name="Total">Steps of the work in all; 0 for messages and warnings.</param>
/// <param name="Note">Figures of the moment, such as the loss; empty where there are none.</param>
public sealed record RunEvent(RunEventKind Kind, string Text, long Done = 0, long Total = 0, string Note = "")
{
    /// <summary>The event as one line.</summary>
    public override string ToString() => Kind switch
    {
        RunEventKind.Message => Text,
        RunEventKind.Warning => $"warning: {Text}",
        RunEventKind.WorkStarted => $"{Text}: started",
        RunEventKind.WorkFinished => $"{Text}: done",
        _ => string.Create(CultureInfo.InvariantCulture, $"{Text}: {Done}/{Total}{(Note.Length > 0 ? ", " + Note : "")}"),
    };
}
