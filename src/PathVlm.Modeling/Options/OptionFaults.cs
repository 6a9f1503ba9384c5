using System.Collections;
using System.Globalization;
using System.Reflection;

namespace PathVlm.Modeling.Options;

/// <summary>Collects everything that is wrong with an option set, so that one message tells all of it.</summary>
public sealed class OptionFaults
{
    private readonly List<string> _found = [];

    /// <summary>The faults found so far: "GroupSize: expected 2 or more, got -3".</summary>
    public IReadOnlyList<string> Found => _found;

    /// <summary>Adds a fault where a rule does not hold.</summary>
    /// <param name="holds">Whether the rule holds.</param>
    /// <param name="option">Name of the property.</param>
    /// <param name="found">Its value.</param>
    /// <param name="expected">The values accepted, in words.</param>
    public void Require(bool holds, string option, object? found, string expected)
    {
        if (!holds) _found.Add($"{option}: expected {expected}, got {Show(found)}");
    }

    /// <summary>Adds the faults of an option set: of its properties, of the option sets that they hold, and between properties.</summary>
    internal void AddFaultsOf(IOptionSet options)
    {
        foreach (PropertyInfo property in options.GetType().GetProperties())
            if (property.CanRead && property.GetIndexParameters().Length == 0) AddFaultsOf(property, property.GetValue(options));
        options.AddFaults(this);
    }

    private void AddFaultsOf(PropertyInfo property, object? value)
    {
        if (property.GetCustomAttribute<RequiredOptionAttribute>() is { } required)
            Require(RequiredOptionAttribute.Accepts(value), property.Name, value, required.Expected);
        if (value is null) return;
        if (value is Enum)
            Require(IsMember(value), property.Name, value, string.Join(", ", Enum.GetNames(value.GetType())));
        if (property.GetCustomAttribute<OptionBoundsAttribute>() is { } bounds)
            Require(bounds.Accepts(NumberOf(value)), property.Name, value, bounds.InWords(value is TimeSpan ? " s" : ""));
        if (value is IOptionSet inner) AddInner(property.Name, inner);
    }

    private void AddInner(string option, IOptionSet inner)
    {
        OptionFaults faults = new();
        faults.AddFaultsOf(inner);
        _found.AddRange(faults.Found.Select(fault => $"{option}.{fault}"));
    }

    // A member; of flags any union of members.
    private static bool IsMember(object value)
    {
        Type type = value.GetType();
        if (type.GetCustomAttribute<FlagsAttribute>() is null) return Enum.IsDefined(type, value);
        long all = Enum.GetValues(type).Cast<object>().Aggregate(0L, (union, member) => union | Whole(member));
        return (Whole(value) & ~all) == 0;

        static long Whole(object member) => Convert.ToInt64(member, CultureInfo.InvariantCulture);
    }

    private static double NumberOf(object value) =>
        value is TimeSpan time ? time.TotalSeconds : Convert.ToDouble(value, CultureInfo.InvariantCulture);

    private static string Show(object? value) => value switch
    {
        null => "null",
        string text => $"[{text}]",
        TimeSpan time => string.Create(CultureInfo.InvariantCulture, $"{time.TotalSeconds} s"),
        IEnumerable list => $"[{string.Join(", ", list.Cast<object?>().Select(Show))}]",
        _ => string.Create(CultureInfo.InvariantCulture, $"{value}"),
    };
}
