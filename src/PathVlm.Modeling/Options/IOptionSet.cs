namespace PathVlm.Modeling.Options;

/// <summary>
/// A class of options. The range of a single property is declared at the property (<see cref="OptionBoundsAttribute"/>,
/// <see cref="RequiredOptionAttribute"/>; an enum must be one of its members); rules between properties are <see cref="AddFaults"/>. A
/// property that holds another option set is checked with it. <see cref="OptionRules.Validate"/> runs all of them.
/// </summary>
public interface IOptionSet
{
    /// <summary>Adds what is wrong between properties; the default has no such rules.</summary>
    /// <param name="faults">Receives the faults.</param>
    void AddFaults(OptionFaults faults)
    {
    }
}
