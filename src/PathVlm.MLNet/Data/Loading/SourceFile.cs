namespace PathVlm.MLNet.Data.Loading;

/// <summary>A file of a set, and the split that its name says.</summary>
internal sealed record SourceFile(string Path, string Split = "");
