namespace PathVlm.Modeling.Options;

/// <summary>Checks options before anything is loaded or computed.</summary>
public static class OptionRules
{
    /// <summary>Checks every rule of an option set and of the option sets inside it.</summary>
    /// <param name="options">The options.</param>
    /// <exception cref="ArgumentOutOfRangeException">
    /// There are faults; the message names every one: "GroupSize: expected 2 or more, got -3; Panel.Concurrency: expected 1 or more, got
    /// 0".
    /// </exception>
    public static void Validate(IOptionSet options) => Validated(options);

    /// <summary>Checks options as <see cref="Validate"/> does and returns them: <c>OptionRules.Validated(options.Copy())</c>.</summary>
    /// <param name="options">The options.</param>
    /// <exception cref="ArgumentOutOfRangeException">There are faults; the message names every one.</exception>
    public static T Validated<T>(T options)
        where T : class, IOptionSet
    {
        ArgumentNullException.ThrowIfNull(options);
        IReadOnlyList<string> faults = FaultsOf(options);
        return faults.Count == 0 ? options : throw new ArgumentOutOfRangeException(options.GetType().Name, string.Join("; ", faults));
    }

    /// <summary>Everything that is wrong with options, for a caller with an exception of its own; empty where nothing is.</summary>
    /// <param name="options">The options.</param>
    public static IReadOnlyList<string> FaultsOf(IOptionSet options)
    {
        ArgumentNullException.ThrowIfNull(options);
        OptionFaults faults = new();
        faults.AddFaultsOf(options);
        return faults.Found;
    }
}
