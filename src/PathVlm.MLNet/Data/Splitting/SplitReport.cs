using System.Globalization;
using System.Xml.Linq;
using PathVlm.MLNet.Display;

namespace PathVlm.MLNet.Data.Splitting;

/// <summary>What a split gave each stage.</summary>
/// <param name="Stages">A line a stage, in the order asked.</param>
/// <param name="UnassignedRows">Rows that no stage took.</param>
[TypeFormatterSource]
public sealed record SplitReport(IReadOnlyList<StageReport> Stages, int UnassignedRows) : IHtmlView
{
    /// <summary>Whether every stage got the size that was asked for.</summary>
    public bool IsExact => Stages.All(stage => stage.Rows == stage.Asked);

    /// <summary>The report as text, a line a stage.</summary>
    public override string ToString() => string.Join('\n', Stages.Select(stage => stage.ToString())
        .Append(string.Create(CultureInfo.InvariantCulture, $"in no stage: {UnassignedRows:N0} rows")));

    XElement IHtmlView.ToHtml() => Html.Block(
        Html.Table(["stage", "asked for", "rows", "pictures"], Stages.Select(stage => (string[])
            [stage.Stage, stage.Asked.ToString("N0", CultureInfo.InvariantCulture), stage.Rows.ToString("N0", CultureInfo.InvariantCulture),
                stage.Pictures.ToString("N0", CultureInfo.InvariantCulture)])),
        Html.Note(string.Create(CultureInfo.InvariantCulture, $"in no stage: {UnassignedRows:N0} rows")));
}

/// <summary>What one stage got.</summary>
/// <param name="Stage">The stage.</param>
/// <param name="Asked">Rows asked for.</param>
/// <param name="Rows">Rows it got: <paramref name="Asked"/>, or the nearest number below that whole pictures allow.</param>
/// <param name="Pictures">Different pictures among them.</param>
public sealed record StageReport(string Stage, int Asked, int Rows, int Pictures)
{
    /// <summary>Different patients, cases or slides among them; 0 where the rows name none.</summary>
    public int Groups { get; init; }

    /// <summary>The line of a report.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Stage}: {Rows:N0} rows, {Pictures:N0} pictures")
        + (Groups == 0 ? "" : string.Create(CultureInfo.InvariantCulture, $", {Groups:N0} groups"))
        + (Rows == Asked ? "" : string.Create(CultureInfo.InvariantCulture,
            $" ({Asked:N0} were asked for; {(Groups == 0 ? "pictures with several questions" : "whole groups")} make the nearest number "
            + $"below {Rows:N0})"));
}
