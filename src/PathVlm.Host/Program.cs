using PathVlm.Host;
OpenMpSettings.Apply();
return await PathVlmProgram.RunAsync(args, Console.Out, Console.Error).ConfigureAwait(false);
