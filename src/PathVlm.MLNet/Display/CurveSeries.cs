namespace PathVlm.MLNet.Display;

/// <summary>One curve of a chart.</summary>
/// <param name="Name">Its name in the legend; empty where it is the chart's only one.</param>
/// <param name="Points">Step and value; a value that is no number leaves a gap.</param>
public sealed record CurveSeries(string Name, IReadOnlyList<(double Step, double Value)> Points);
