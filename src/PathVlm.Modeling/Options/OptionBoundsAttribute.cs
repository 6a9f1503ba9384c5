using System.Globalization;

namespace PathVlm.Modeling.Options;

/// <summary>
/// The numbers that an option accepts: finite and within all bounds given. A property whose value is null is not checked; a time is
/// compared in seconds.
/// </summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class OptionBoundsAttribute : Attribute
{
    /// <summary>Smallest number accepted.</summary>
    /// <value>Default: no bound.</value>
    public double AtLeast { get; init; } = double.NegativeInfinity;

    /// <summary>Number that a value must be greater than.</summary>
    /// <value>Default: no bound.</value>
    public double Above { get; init; } = double.NegativeInfinity;

    /// <summary>Largest number accepted.</summary>
    /// <value>Default: no bound.</value>
    public double AtMost { get; init; } = double.PositiveInfinity;

    /// <summary>Number that a value must be less than.</summary>
    /// <value>Default: no bound.</value>
    public double Below { get; init; } = double.PositiveInfinity;

    /// <summary>Whether the number is accepted.</summary>
    internal bool Accepts(double value) =>
        double.IsFinite(value) && value >= AtLeast && value > Above && value <= AtMost && value < Below;

    /// <summary>The bounds in words: "2 or more", "0 to 1", "a number above 0", "a time above 0 s".</summary>
    internal string InWords(string unit)
    {
        string? upper = AtMost < double.PositiveInfinity ? Number(AtMost, unit) : null;
        if (AtLeast > double.NegativeInfinity && upper is not null) return $"{Number(AtLeast, "")} to {upper}";
        List<string> parts = [];
        if (AtLeast > double.NegativeInfinity) parts.Add($"{Number(AtLeast, unit)} or more");
        if (Above > double.NegativeInfinity) parts.Add($"{(unit.Length > 0 ? "a time" : "a number")} above {Number(Above, unit)}");
        if (upper is not null) parts.Add($"up to {upper}");
        if (Below < double.PositiveInfinity) parts.Add($"below {Number(Below, unit)}");
        return parts.Count == 0 ? "a finite number" : string.Join(", ", parts);
    }

    private static string Number(double value, string unit) => value.ToString("#,0.######", CultureInfo.InvariantCulture) + unit;
}
