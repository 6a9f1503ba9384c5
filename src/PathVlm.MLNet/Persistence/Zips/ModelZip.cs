using Microsoft.ML;
using PathVlm.MLNet.Persistence.Weights;
using PathVlm.Modeling.Files;
using PathVlm.Modeling.Files.Platform;

namespace PathVlm.MLNet.Persistence.Zips;

/// <summary>The doors by which models go to zips and come back: checked before ML.NET sees them, and written whole or not at all.</summary>
internal static class ModelZip
{
    /// <summary>Loads a zip that was checked.</summary>
    /// <param name="zip">Its path.</param>
    /// <param name="schema">Schema of the rows that it was fitted on; null where the zip holds none.</param>
    /// <param name="options">What it may hold.</param>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="InvalidDataException">The file is no model, is damaged, or breaks a rule.</exception>
    public static ITransformer Load(string zip, out DataViewSchema schema, ModelZipOptions options)
    {
        using FileStream stream = InputFile.OpenStream(zip);
        ZipCheck.Run(stream, zip, options.AllowAssemblies);
        ZipAccess.SetPath(stream, zip);
        using PrivateFolder temporary = PrivateFolder.Create();
        using IDisposable? choice = options.AllowNonFinite ? NonFiniteChoice.Allow(true) : null;
        try
        {
            return new MLContext { TempFilePath = temporary.Path }.Model.Load(stream, out schema);
        }
        catch (Exception failure) when (failure is not OutOfMemoryException)
        {
            if (FullDisk.Find(failure) is { } full) throw full;
            InvalidDataException? ours = Causes(failure).OfType<InvalidDataException>()
                .FirstOrDefault(cause => cause.Source?.StartsWith(nameof(PathVlm), StringComparison.Ordinal) == true);
            throw ours is not null
                ? new InvalidDataException(ours.Message, failure)
                : new InvalidDataException(
                    MessageLine.Of(zip, $"cannot be read as a model: {Causes(failure).Last().Message}"), failure);
        }
    }

    /// <summary>Saves a model; the file before stays as it was until the new one is whole and on the disk.</summary>
    /// <param name="model">The model.</param>
    /// <param name="schema">Schema of its input rows; null where the zip is to hold none.</param>
    /// <param name="zip">The file; its folder is made.</param>
    /// <exception cref="IOException">The file cannot be written; the one before is as it was.</exception>
    public static void Save(ITransformer model, DataViewSchema? schema, string zip)
    {
        using PrivateFolder temporary = PrivateFolder.Create();
        MLContext context = new() { TempFilePath = temporary.Path };
        AtomicFile.Write(zip, path => context.Model.Save(model, schema, path));
    }

    private static IEnumerable<Exception> Causes(Exception failure)
    {
        for (Exception? cause = failure; cause is not null; cause = cause.InnerException) yield return cause;
    }
}
