using System.CommandLine;
using PathVlm.MLNet.Data.Loading;
using PathVlm.MLNet.Data.Rows;
using PathVlm.Parquet;

namespace PathVlm.Host.Runs;

/// <summary>The options that say which parts of a set are read, and how.</summary>
internal sealed class ReadingChoice
{
    private readonly Option<string[]> _subsets = List(
        "--subsets", "Subsets (PathMMU), modalities (OmniMedVQA) or values of the column subset to take.");
    private readonly Option<string[]> _splits = List("--splits", "The set's own splits to take, such as val.");
    private readonly Option<string> _images = new("--images")
    {
        Description = "The folder that the set's paths of pictures start from; the set's own folder by default.",
    };

    private readonly Option<RowFaultPolicy> _rowFaults = new("--row-faults")
    {
        Description = "fail, or skip: leaves out rows that cannot be used, unreadable and cut pictures too, with count, ids and causes.",
    };

    private readonly Option<string> _encoding = new("--encoding")
    {
        Description = "The encoding of the set's text files, such as windows-1252; UTF-8 by default.",
    };

    private readonly Option<OpenQuestions> _openQuestions = new("--open-questions")
    {
        Description = "keep, or skip: leaves out questions without options, which cannot be scored by letter.",
    };

    internal IEnumerable<Option> Options => [_subsets, _splits, _images, _rowFaults, _encoding, _openQuestions];

    /// <summary>How the set is read.</summary>
    /// <param name="parsed">The command line.</param>
    /// <param name="context">Cancels.</param>
    /// <param name="checksPictures">Whether every picture is decoded at once.</param>
    internal PathologyLoadOptions OptionsOf(ParseResult parsed, RunContext context, bool checksPictures) => new()
    {
        Subsets = Names(parsed, _subsets),
        Splits = Names(parsed, _splits),
        ImageFolder = parsed.GetValue(_images),
        RowFaults = parsed.GetValue(_rowFaults),
        Encoding = parsed.GetValue(_encoding),
        OpenQuestions = parsed.GetValue(_openQuestions),
        CheckPictures = checksPictures,
        Readers = [new ParquetRecordReader()],
        Cancellation = context.Cancellation,
    };

    /// <summary>The options as they were given, to be typed again.</summary>
    internal IEnumerable<string> ArgumentsOf(ParseResult parsed)
    {
        foreach (Option<string[]> option in new[] { _subsets, _splits })
            foreach (string name in Names(parsed, option) ?? [])
            {
                yield return option.Name;
                yield return ShellText.Quote(name);
            }

        foreach (Option option in new Option[] { _images, _rowFaults, _encoding, _openQuestions })
            if (parsed.GetResult(option) is { Implicit: false, Tokens: [{ Value: { } value }] })
            {
                yield return option.Name;
                yield return ShellText.Quote(value);
            }
    }

    private static Option<string[]> List(string name, string description) => new(name)
    {
        Description = description + " Several: with commas, or the option again.",
        AllowMultipleArgumentsPerToken = true,
    };

    private static string[]? Names(ParseResult parsed, Option<string[]> option)
    {
        string[] names = [.. (parsed.GetValue(option) ?? []).SelectMany(
            part => part.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))];
        return names.Length > 0 ? names : null;
    }
}
