namespace PathVlm.MLNet.Training.Logging;

/// <summary>Collects the metrics of a log line's optimizer steps: loss, grad_norm, learning_rate, then the means in their order.</summary>
internal sealed class StepMetrics
{
    private double _loss;
    private int _steps;
    private double _norm;
    private double _rate;

    /// <summary>Metrics that a line has as means over micro-batches.</summary>
    public MetricMeans Means { get; } = new();

    /// <summary>What was counted since the last line; set where a run goes on.</summary>
    public StepMetricsState State
    {
        get => new(_loss, _steps, _norm, _rate, Means.Sums);
        set => (_loss, _steps, _norm, _rate, Means.Sums) = value;
    }

    /// <summary>Counts an optimizer step.</summary>
    public void Count(double loss, double gradientNorm, double learningRate)
    {
        _loss += loss;
        _steps++;
        _norm = gradientNorm;
        _rate = learningRate;
    }

    /// <summary>The line of the steps counted since the last: mean loss, the last step's norm and rate, the means.</summary>
    public Dictionary<string, double> TakeLine()
    {
        Dictionary<string, double> line = new()
        {
            [MetricNames.Loss] = _loss / _steps,
            [MetricNames.GradientNorm] = _norm,
            [MetricNames.LearningRate] = _rate,
        };
        Means.MoveTo(line);
        _loss = 0;
        _steps = 0;
        return line;
    }
}
