using PathVlm.Modeling.Language;
using PathVlm.Modeling.Optimization;
using PathVlm.Modeling.Options;
using PathVlm.Modeling.Parameters;
using PathVlm.Modeling.Processing;
using PathVlm.Modeling.Sequences;
using TorchSharp;
using static TorchSharp.torch;

namespace PathVlm.Modeling.Training;

/// <summary>
/// Trains all weights of a model, the vision tower included, to predict the answers of examples: loss = sum w_t (-log p_t) / sum w_t over
/// the step's answer tokens, clipped gradients, AdamW, a linear warm-up and half a cosine. It is meant for small models that are made from
/// nothing; fine-tuning with frozen parts is in PathVlm.MLNet.
/// </summary>
/// <remarks>The model stays the caller's. While the trainer lives, nothing else may train or run the model.</remarks>
public sealed class NextTokenTrainer : IDisposable
{
    private const int LogitRows = 1024;

    private readonly Qwen25VlModel _model;
    private readonly double _maxGradientNorm;
    private readonly LearningRateSchedule _schedule;
    private readonly AdamW _optimizer;
    private readonly List<Tensor> _views = [];

    /// <summary>Makes every parameter of the model trainable and allocates gradients and moments.</summary>
    /// <param name="model">The model, float32; not owned.</param>
    /// <param name="options">Learning rate, decay and clipping; copied.</param>
    /// <exception cref="ArgumentOutOfRangeException">A setting is out of range.</exception>
    public NextTokenTrainer(Qwen25VlModel model, NextTokenOptions options)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(options);
        OptionRules.Validate(options);
        _model = model;
        _maxGradientNorm = options.MaxGradientNorm;
        _schedule = new LearningRateSchedule(LearningRateScheduler.Cosine, options.LearningRate, options.WarmupSteps, options.Steps);
        model.Parameters.Train(visionFrozen: false);
        _optimizer = new AdamW(
            [.. Ranges(model.Parameters)], new AdamWSettings(options.Beta1, options.Beta2, options.Epsilon, options.WeightDecay));
    }

    /// <summary>Optimizer steps made so far.</summary>
    public int StepCount { get; private set; }

    /// <summary>Makes one optimizer step.</summary>
    /// <param name="batch">The examples of the step; one or more.</param>
    /// <returns>Loss and accuracy before the step.</returns>
    /// <exception cref="ArgumentException">
    /// The batch is empty, or an example has no answer or another number of weights than answer tokens.
    /// </exception>
    public NextTokenResult Step(IReadOnlyList<NextTokenExample> batch)
    {
        ArgumentNullException.ThrowIfNull(batch);
        Check(batch);
        using DisposeScope scope = NewDisposeScope();
        _model.Parameters.ZeroGradients();
        (PackedSequences packed, ForwardRows rows, Tensor targets) = Pack(batch);
        Tensor? features = _model.EncodeImages([.. batch.Select(example => example.Picture).OfType<ProcessedImage>()]);
        Tensor hidden = _model.Forward(packed, features, rows);
        TokenScores scores = _model.TokenLogProbabilities(
            hidden, targets, new TokenScoreOptions { Accuracy = true, ChunkRows = LogitRows });
        Tensor weights = tensor([.. batch.SelectMany(example => example.Weights)]);
        Tensor loss = scores.LogProbabilities.mul(weights).sum().div(weights.sum()).neg();
        loss.backward();
        GradientClipping.Clip([_model.Parameters.Gradients], _maxGradientNorm);
        _optimizer.Step(_schedule.RateAt(StepCount));
        StepCount++;
        return new NextTokenResult(loss.item<float>(), scores.Correct!.to_type(ScalarType.Float32).mean().item<float>());
    }

    /// <summary>Frees moments and gradients and freezes the model; its weights stay as trained.</summary>
    public void Dispose()
    {
        _optimizer.Dispose();
        foreach (Tensor view in _views)
            view.Dispose();
        _model.Parameters.Freeze();
    }

    private static void Check(IReadOnlyList<NextTokenExample> batch)
    {
        if (batch.Count == 0)
            throw new ArgumentException("batch: expected one example or more, got none", nameof(batch));
        for (int row = 0; row < batch.Count; row++)
        {
            int answer = batch[row].TokenIds.Count - batch[row].PromptLength;
            if (batch[row].PromptLength < 1 || answer < 1)
                throw new ArgumentException(
                    $"batch[{row}]: expected a prompt and an answer of one token or more each, got {batch[row].PromptLength} and {answer}",
                    nameof(batch));
            if (batch[row].Weights.Count != answer)
                throw new ArgumentException($"batch[{row}].Weights: expected {answer}, got {batch[row].Weights.Count}", nameof(batch));
        }
    }

    private (PackedSequences Packed, ForwardRows Rows, Tensor Targets) Pack(IReadOnlyList<NextTokenExample> batch)
    {
        PackedSequencesBuilder builder = new(_model.Configuration);
        foreach (NextTokenExample example in batch)
            builder.AddPrompt(example.TokenIds, example.Picture is null ? [] : [example.Picture.Grid]);
        PackedSequences packed = builder.Build();
        List<RowRange> rows = [];
        List<long> targets = [];
        for (int row = 0; row < batch.Count; row++)
        {
            rows.AddRange(ForwardRows.Predicting(packed, row, batch[row].PromptLength));
            targets.AddRange(batch[row].TokenIds.Skip(batch[row].PromptLength).Select(id => (long)id));
        }
        return (packed, ForwardRows.Of(rows), tensor(targets.ToArray()));
    }

    private IEnumerable<OptimizedRange> Ranges(ParameterSet parameters)
    {
        IEnumerable<(ParameterRange Range, bool Decayed)> ranges =
            parameters.Decayed.Select(range => (range, true)).Concat(parameters.NotDecayed.Select(range => (range, false)));
        foreach ((ParameterRange range, bool decayed) in ranges)
        {
            Tensor values = parameters.Values.narrow(0, range.Start, range.Count).DetachFromDisposeScope();
            Tensor gradient = parameters.Gradients.narrow(
                0, range.Start - parameters.Trainable.Start, range.Count).DetachFromDisposeScope();
            _views.AddRange([values, gradient]);
            yield return new OptimizedRange(values, gradient, decayed);
        }
    }
}
