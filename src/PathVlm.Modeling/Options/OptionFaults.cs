using System.Globalization;
using System.Reflection;

namespace PathVlm.Modeling.Options;

/// <summary>Collects everything that is wrong with an options object, so that all of it is told at once.</summary>
internal sealed class OptionFaults
{
    private readonly List<string> _faults = [];

    /// <summary>The faults found so far: "GroupSize: got -3, takes 2 or more".</summary>
    public IReadOnlyList<string> Found => _faults;

    /// <summary>Judges every property that bears bounds, and every enum by its members.</summary>
    public void AddBounds(object options)
    {
        foreach (PropertyInfo property in options.GetType().GetProperties())
        {
            object? value = property.GetValue(options);
            if (value is Enum && !Enum.IsDefined(value.GetType(), value))
                Add(property.Name, value, string.Join(", ", Enum.GetNames(value.GetType())));
            if (value is null || property.GetCustomAttribute<OptionBoundsAttribute>() is not { } bounds) continue;
            if (!bounds.Takes(Convert.ToDouble(value, CultureInfo.InvariantCulture))) Add(property.Name, value, bounds.InWords());
        }
    }

    /// <summary>Adds a fault where a rule does not hold.</summary>
    public void Require(bool holds, string option, object? found, string taken)
    {
        if (!holds) Add(option, found, taken);
    }

    /// <summary>Adds what an object inside the options says against itself.</summary>
    public void AddFaultsOf(Action validate, string option)
    {
        try
        {
            validate();
        }
        catch (ArgumentOutOfRangeException fault)
        {
            _faults.Add($"{option}: {fault.Message}");
        }
    }

    /// <summary>Throws where anything was found.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There are faults; the message holds all of them.</exception>
    public void Throw(string optionsName)
    {
        if (_faults.Count > 0) throw new ArgumentOutOfRangeException(optionsName, string.Join("; ", _faults));
    }

    private void Add(string option, object? found, string taken) =>
        _faults.Add(string.Create(CultureInfo.InvariantCulture, $"{option}: got {found ?? "null"}, takes {taken}"));
}
