using System.Globalization;

namespace PathVlm.Modeling.Options;

/// <summary>The numbers an option takes; null values of the property are not judged.</summary>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class OptionBoundsAttribute : Attribute
{
    /// <summary>Smallest value taken.</summary>
    public double AtLeast { get; init; } = double.NegativeInfinity;

    /// <summary>Bound that a value must lie above.</summary>
    public double Above { get; init; } = double.NegativeInfinity;

    /// <summary>Largest value taken.</summary>
    public double AtMost { get; init; } = double.PositiveInfinity;

    /// <summary>Bound that a value must lie below.</summary>
    public double Below { get; init; } = double.PositiveInfinity;

    /// <summary>Whether the number is taken.</summary>
    public bool Takes(double value) => double.IsFinite(value) && value >= AtLeast && value > Above && value <= AtMost && value < Below;

    /// <summary>The bounds in words: "2 or more", "above 0", "0 to 1".</summary>
    public string InWords()
    {
        string? upper = AtMost < double.PositiveInfinity ? Number(AtMost) : null;
        if (AtLeast > double.NegativeInfinity && upper is not null) return $"{Number(AtLeast)} to {upper}";
        List<string> parts = [];
        if (AtLeast > double.NegativeInfinity) parts.Add($"{Number(AtLeast)} or more");
        if (Above > double.NegativeInfinity) parts.Add($"above {Number(Above)}");
        if (upper is not null) parts.Add($"up to {upper}");
        if (Below < double.PositiveInfinity) parts.Add($"below {Number(Below)}");
        return string.Join(", ", parts);
    }

    private static string Number(double value) => value.ToString("#,0.######", CultureInfo.InvariantCulture);
}
