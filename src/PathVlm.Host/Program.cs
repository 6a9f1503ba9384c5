using PathVlm.Host;

return await PathVlmProgram.RunAsync(args, Console.Out, Console.Error).ConfigureAwait(false);
