using System.Globalization;
using System.Xml.Linq;
using PathVlm.MLNet.Display;

namespace PathVlm.MLNet.Data.Splitting;

/// <summary>Pictures that two stages share, or nearly share.</summary>
/// <param name="PictureCount">Different pictures looked at.</param>
/// <param name="Exact">Equal pixels in two stages.</param>
/// <param name="Near">Pictures in two stages whose difference hashes are at most 6 of 64 bits apart in some orientation.</param>
[TypeFormatterSource]
public sealed record LeakReport(int PictureCount, IReadOnlyList<Leak> Exact, IReadOnlyList<Leak> Near) : IHtmlView
{
    private const int LeaksShown = 20;

    /// <summary>Patients, cases or slides with rows in two stages or more.</summary>
    public IReadOnlyList<GroupLeak> Groups { get; init; } = [];

    /// <summary>Pictures in two stages that overlap, or of which one was cut from the other, bordered or slightly turned.</summary>
    public IReadOnlyList<OverlapLeak> Overlaps { get; init; } = [];

    /// <summary>Whether no picture, no part of one and no group is shared.</summary>
    public bool IsClean => Exact.Count == 0 && Near.Count == 0 && Overlaps.Count == 0 && Groups.Count == 0;

    /// <summary>The report as text: counts, then the first leaks, one a line.</summary>
    public override string ToString()
    {
        string groups = Groups.Count == 0 ? "" : string.Create(CultureInfo.InvariantCulture, $", {Groups.Count:N0} groups in two stages");
        var lines = new List<string>
        {
            string.Create(
                CultureInfo.InvariantCulture,
                $"{PictureCount:N0} pictures: {Exact.Count:N0} shared by two stages, {Near.Count:N0} nearly equal, "
                + $"{Overlaps.Count:N0} overlapping{groups}"),
        };
        string[] leaks = [.. Groups.Select(leak => leak.ToString()), .. Exact.Concat(Near).Select(leak => leak.ToString()),
            .. Overlaps.Select(leak => leak.ToString())];
        lines.AddRange(leaks.Take(LeaksShown));
        if (leaks.Length > LeaksShown)
            lines.Add(string.Create(CultureInfo.InvariantCulture, $"… and {leaks.Length - LeaksShown:N0} more"));
        return string.Join('\n', lines);
    }

    XElement IHtmlView.ToHtml() => Html.Block(Html.Lines(ToString()));
}

/// <summary>One picture in one stage and one in another.</summary>
/// <param name="FirstId">A row of the one.</param>
/// <param name="FirstStage">Its stage.</param>
/// <param name="SecondId">A row of the other.</param>
/// <param name="SecondStage">Its stage.</param>
/// <param name="Bits">Bits of the difference hash in which they differ, 0 to 6; 0 for equal pixels.</param>
/// <param name="Orientation">
/// Orientation of the second in which it is so: quarter turns (0-3), 4 more where mirrored; 0 for equal pixels.
/// </param>
public sealed record Leak(string FirstId, string FirstStage, string SecondId, string SecondStage, int Bits, int Orientation)
{
    /// <summary>The line of a report.</summary>
    public override string ToString() =>
        $"[{FirstId}] in {FirstStage} and [{SecondId}] in {SecondStage}: "
            + $"{(Bits, Orientation) switch { (0, 0) => "same", _ => $"{Bits} bits apart, orientation {Orientation}" }}";
}
