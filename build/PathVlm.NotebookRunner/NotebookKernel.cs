using System.Text;
using Microsoft.DotNet.Interactive;
using Microsoft.DotNet.Interactive.CSharp;
using Microsoft.DotNet.Interactive.Commands;
using Microsoft.DotNet.Interactive.Documents;
using Microsoft.DotNet.Interactive.Events;
using Microsoft.DotNet.Interactive.PackageManagement;

namespace PathVlm.NotebookRunner;

/// <summary>The C# kernel of .NET Interactive, as Jupyter and Visual Studio Code host it, with <c>#r "nuget: …"</c>.</summary>
internal sealed class NotebookKernel : IDisposable
{
    private readonly CompositeKernel _kernel;

    public NotebookKernel()
    {
        CSharpKernel csharp = new CSharpKernel()
            .UseNugetDirective((kernel, packages) =>
            {
                kernel.AddAssemblyReferences(packages.SelectMany(package => package.AssemblyPaths));
                return Task.CompletedTask;
            })
            .UseKernelHelpers().UseWho().UseValueSharing();
        _kernel = new CompositeKernel { csharp };
        _kernel.DefaultKernelName = csharp.Name;
    }

    /// <summary>Runs a cell and puts what it shows into it.</summary>
    /// <returns>What went wrong; null where nothing did.</returns>
    public async Task<string?> RunAsync(InteractiveDocumentElement element, int count)
    {
        KernelCommandResult result = await _kernel.SendAsync(new SubmitCode(element.Contents, "csharp"));
        element.Outputs.Clear();
        element.ExecutionOrder = count;
        Dictionary<string, DisplayElement> shown = [];
        StringBuilder written = new();
        string? fault = null;
        foreach (KernelEvent happened in result.Events)
        {
            if (happened is StandardOutputValueProduced text)
            {
                written.AppendJoin("", text.FormattedValues.Select(value => value.Value));
                continue;
            }

            FlushTo(element, written);
            switch (happened)
            {
                case DisplayedValueUpdated update when update.ValueId is { } id && shown.TryGetValue(id, out DisplayElement? earlier):
                    DisplayElement newer = Element(update);
                    element.Outputs[element.Outputs.IndexOf(earlier)] = newer;
                    shown[id] = newer;
                    break;
                case ReturnValueProduced or DisplayedValueProduced:
                    DisplayEvent display = (DisplayEvent)happened;
                    DisplayElement added = Element(display);
                    element.Outputs.Add(added);
                    if (display.ValueId is { } name) shown[name] = added;
                    break;
                case CommandFailed failed:
                    fault = failed.Message;
                    element.Outputs.Add(new ErrorElement(failed.Message, failed.Exception?.GetType().Name ?? "Error"));
                    break;
            }
        }

        FlushTo(element, written);
        return fault;
    }

    public void Dispose() => _kernel.Dispose();

    private static DisplayElement Element(DisplayEvent display) =>
        new(display.FormattedValues.ToDictionary(value => value.MimeType, value => (object)value.Value));

    private static void FlushTo(InteractiveDocumentElement element, StringBuilder written)
    {
        if (written.Length == 0) return;
        element.Outputs.Add(new TextElement(written.ToString(), "stdout"));
        written.Clear();
    }
}
