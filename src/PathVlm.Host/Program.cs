using PathVlm.Host;
using PathVlm.Host.Hosting;

OpenMpSettings.Apply();
return await PathVlmProgram.RunAsync(args, Console.Out, Console.Error).ConfigureAwait(false);
