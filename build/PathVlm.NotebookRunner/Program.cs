using Microsoft.DotNet.Interactive.Documents;
using Microsoft.DotNet.Interactive.Documents.Jupyter;
using PathVlm.NotebookRunner;

// PathVlm.NotebookRunner NOTEBOOK OUTPUT: runs a notebook's C# cells in a kernel of their own and writes it with the outputs.
if (args.Length != 2)
{
    await Console.Error.WriteLineAsync("expected NOTEBOOK OUTPUT");
    return 2;
}

InteractiveDocument document = await InteractiveDocument.LoadAsync(new FileInfo(args[0]));
using NotebookKernel kernel = new();
int faults = 0, cell = 0;
foreach (InteractiveDocumentElement element in document.Elements)
{
    if (element.KernelName is not ("csharp" or null)) continue;
    long began = Environment.TickCount64;
    string? fault = await kernel.RunAsync(element, ++cell);
    Console.WriteLine($"cell {cell}: {(Environment.TickCount64 - began) / 1000.0:0.0} s{(fault is null ? "" : $": {fault}")}");
    if (fault is not null) faults++;
}

// The library reads this part of a notebook's head as a plain dictionary, and writes it from the kernels alone.
document.Metadata.Remove("polyglot_notebook");
await File.WriteAllTextAsync(args[1], document.ToJupyterJson("csharp") + "\n");
return faults == 0 ? 0 : 1;
