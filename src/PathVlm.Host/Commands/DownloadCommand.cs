using System.CommandLine;
using System.Globalization;
using PathVlm.Host.Faults;
using PathVlm.Host.Presentation;
using PathVlm.Host.Runs;
using PathVlm.Host.Settings;
using PathVlm.Modeling.Hub;

namespace PathVlm.Host.Commands;

/// <summary><c>download</c>: a model or a data set from a Hugging Face-compatible hub into the hub's own cache.</summary>
internal sealed class DownloadCommand : Verb
{
    private const string Section = "Hub";
    private const double Megabyte = 1e6;
    private const int Shown = 5;
    private readonly Argument<string> _name = new("NAME") { Description = "Owner and name, such as Qwen/Qwen2.5-VL-3B-Instruct." };
    private readonly Option<string?> _revision = new("--revision") { Description = "Branch, tag or commit; main by default." };
    private readonly Option<bool> _dataSet = new("--dataset") { Description = "NAME is a data set." };
    private readonly Option<string[]> _files = new("--file")
    {
        Description = "Files that are wanted, as a pattern with * and ?; repeatable. Of a model configuration, texts and safetensors by "
            + "default, of a data set all files.",
    };

    protected override int Run(ParseResult parsed, RunContext context)
    {
        RunAsync(parsed.GetValue(_name)!, Options(parsed, context), context).GetAwaiter().GetResult();
        return ExitCodes.Done;
    }

    protected override IEnumerable<(string Section, object Options)> SettingsOf(ParseResult parsed, RunContext context) =>
        [(Section, Options(parsed, context))];

    protected override Command Describe()
    {
        Command command = new(
            "download", "Downloads a model or a data set from a Hugging Face-compatible hub into the hub's own cache, and goes on where it "
            + $"was cut. A token is taken from {HubDownloadOptions.TokenVariable}, a mirror from HF_ENDPOINT.");
        command.Arguments.Add(_name);
        foreach (Option option in (Option[])[_revision, _dataSet, _files]) command.Options.Add(option);
        return command;
    }

    private HubDownloadOptions Options(ParseResult parsed, RunContext context)
    {
        HubDownloadOptions options = new();
        context.Configuration.BindTo(Section, options);
        options.Revision = parsed.GetValue(_revision) ?? options.Revision;
        options.IsDataSet |= parsed.GetValue(_dataSet);
        if (parsed.GetValue(_files) is { Length: > 0 } files) options.Files = files;
        return options;
    }

    private static async Task RunAsync(string name, HubDownloadOptions options, RunContext context)
    {
        using HubDownload download = await HubDownload.PrepareAsync(name, options, context.Cancellation).ConfigureAwait(false);
        context.Display.Line($"{download.Name}: commit {download.Commit}, {download.Files.Count} files, {Size(download.Bytes)}");
        context.Display.Line($"licence: {download.License ?? "none stated"}");
        if (download.LeftOut.Count > 0)
            context.Display.Message(
                $"left out: {string.Join(", ", download.LeftOut.Take(Shown))}"
                + (download.LeftOut.Count > Shown ? $" and {download.LeftOut.Count - Shown} more" : "")
                + "; name files that are wanted with --file");
        ProgressLine line = context.Display.Start(name);
        long came = await download.RunAsync(
            new StepProgress<HubProgress>(
                progress => line.Report((long)(progress.Done / Megabyte), (long)(progress.Total / Megabyte), "MB")),
            context.Cancellation).ConfigureAwait(false);
        line.Done();
        context.Display.Line($"downloaded: {Size(came)}; sizes and hashes are as the hub states them");
        context.Display.Line($"folder: {download.Folder}");
        string used = options.IsDataSet
            ? $"--data {ShellText.Quote(download.Folder)}"
            : $"--base {name}{(options.Revision == "main" ? "" : ShellText.Quote($"@{options.Revision}"))}";
        context.Display.Line($"use it: pathvlm train {used}");
    }

    private static string Size(long bytes) => string.Create(CultureInfo.InvariantCulture, $"{bytes / Megabyte:N1} MB");
}
