using PathVlm.MLNet.Data;

namespace PathVlm.Synthesis;

/// <summary>Adds the drawn set to <see cref="PathologyDataCatalog"/>: <c>pathology.Data.Synthesize(folder)</c>.</summary>
public static class PathologyDataCatalogExtensions
{
    /// <summary>
    /// Writes the embedded set: drawn H&amp;E-like tiles with questions in PathMMU's layout (splits sft, rl, test), and pictures of four
    /// other modalities in OmniMedVQA's layout beside them. The same seed gives the same files. The pictures are drawn, not photographed:
    /// they exercise the program and carry no medical knowledge.
    /// </summary>
    /// <param name="catalog">The data catalog.</param>
    /// <param name="folder">Output folder; created if it does not exist. Files with the same names are replaced.</param>
    /// <param name="options">What to write; null for the defaults.</param>
    /// <param name="cancellation">Stops between two pictures; the files written so far remain.</param>
    /// <returns>
    /// What was written: <see cref="SyntheticSetSummary.PathMmuFile"/> for <see cref="PathologyDataCatalog.LoadPathMmu"/>,
    /// <see cref="SyntheticSetSummary.OmniMedVqaFolder"/> for <see cref="PathologyDataCatalog.LoadOmniMedVqa"/>.
    /// </returns>
    /// <exception cref="ArgumentException"><paramref name="folder"/> is empty.</exception>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of range; the message names all that are.</exception>
    /// <exception cref="OperationCanceledException">The caller cancelled.</exception>
    public static SyntheticSetSummary Synthesize(
        this PathologyDataCatalog catalog, string folder, SyntheticSetOptions? options = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(catalog);
        SyntheticSetSummary summary = SyntheticPathologySet.Write(folder, options, cancellation);
        catalog.Log(summary.ToString());
        return summary;
    }
}
