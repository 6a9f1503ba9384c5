using System.Diagnostics;
using PathVlm.Modeling;
using PathVlm.Modeling.Language;
using PathVlm.Modeling.Optimization;
using PathVlm.Modeling.Parameters;
using PathVlm.Modeling.Processing;
using PathVlm.Modeling.Sequences;
using TorchSharp;
using static TorchSharp.torch;

namespace PathVlm.Synthesis.BaseModel;

/// <summary>
/// Trains all of a small model, vision tower included, on one part of the base corpus: next-token loss on the assistant's turns, mean over the
/// step's tokens with the letters of answers counted more often; AdamW with a warm-up and half a cosine.
/// </summary>
internal sealed class BaseModelTrainer : IDisposable
{
    private const double MaxGradientNorm = 1;
    private readonly Qwen25VlModel _model;
    private readonly BaseExamples _examples;
    private readonly BaseModelPart _part;
    private readonly int _totalSteps;
    private readonly AdamW _optimizer;
    private readonly List<Tensor> _views = [];
    private readonly LearningRateSchedule _schedule;

    public BaseModelTrainer(Qwen25VlModel model, BaseExamples examples, BaseModelPart part, BaseModelOptions options)
    {
        _model = model;
        _examples = examples;
        _part = part;
        _totalSteps = options.TotalSteps;
        model.Parameters.Train(visionFrozen: false);
        _optimizer = new AdamW([.. Ranges(model.Parameters)], new AdamWSettings(0.9, 0.98, 1e-8, options.WeightDecay));
        _schedule = new LearningRateSchedule(LearningRateScheduler.Cosine, part.LearningRate, options.WarmupSteps, part.Steps);
    }

    /// <summary>Runs all steps.</summary>
    /// <param name="stepsBefore">Steps of the parts before this one, for the progress.</param>
    /// <param name="progress">Told after each step.</param>
    /// <param name="cancellation">Looked at before each step.</param>
    /// <exception cref="OperationCanceledException">The caller cancelled; at the end of a step.</exception>
    public void Run(int stepsBefore, IProgress<BaseModelProgress>? progress, CancellationToken cancellation)
    {
        Stopwatch clock = Stopwatch.StartNew();
        for (int step = 0; step < _part.Steps; step++)
        {
            cancellation.ThrowIfCancellationRequested();
            (double loss, double accuracy) = Step(Prepare(step), _schedule.RateAt(step));
            progress?.Report(new BaseModelProgress(stepsBefore + step + 1, _totalSteps, loss, accuracy, clock.Elapsed));
        }
    }

    /// <summary>Frees optimizer and gradients; the model stays.</summary>
    public void Dispose()
    {
        _optimizer.Dispose();
        foreach (Tensor view in _views)
            view.Dispose();
        _model.Parameters.Freeze();
    }

    // Between steps, never beside one: TorchSharp 0.107 does not keep a temporary Scalar alive while libtorch reads it, so a collection
    // that another thread triggers during a call can free it.
    private BaseExample[] Prepare(int step)
    {
        BaseExample[] batch = new BaseExample[_part.BatchSize];
        Parallel.For(0, batch.Length, row => batch[row] = _examples[_part.Corpus, ((long)step * batch.Length) + row]);
        return batch;
    }

    private (double Loss, double Accuracy) Step(BaseExample[] batch, double rate)
    {
        using DisposeScope scope = NewDisposeScope();
        _model.Parameters.ZeroGradients();
        (PackedSequences packed, ForwardRows rows, Tensor targets) = Pack(batch);
        Tensor? features = EncodePictures(batch);
        Tensor hidden = _model.Forward(packed, features, rows);
        TokenScores scores = _model.TokenLogProbabilities(hidden, targets, new TokenScoreOptions { Accuracy = true, ChunkRows = 1024 });
        Tensor weights = tensor([.. batch.SelectMany(example => example.LetterFlags).Select(letter => letter ? (float)_part.LetterWeight : 1f)]);
        Tensor loss = scores.LogProbabilities.mul(weights).sum().div(weights.sum()).neg();
        loss.backward();
        GradientClipping.Clip([_model.Parameters.Gradients], MaxGradientNorm);
        _optimizer.Step(rate);
        return (loss.item<float>(), scores.Correct!.to_type(ScalarType.Float32).mean().item<float>());
    }

    private (PackedSequences Packed, ForwardRows Rows, Tensor Targets) Pack(BaseExample[] batch)
    {
        PackedSequencesBuilder builder = new(_model.Configuration);
        foreach (BaseExample example in batch)
            builder.AddPrompt(example.TokenIds, example.Picture is null ? [] : [example.Picture.Grid]);
        PackedSequences packed = builder.Build();
        List<RowRange> rows = [];
        List<long> targets = [];
        for (int row = 0; row < batch.Length; row++)
        {
            rows.AddRange(ForwardRows.Predicting(packed, row, batch[row].PromptLength));
            targets.AddRange(batch[row].TokenIds.Skip(batch[row].PromptLength).Select(id => (long)id));
        }
        return (packed, ForwardRows.Of(rows), tensor(targets.ToArray()));
    }

    private Tensor? EncodePictures(BaseExample[] batch)
    {
        List<ProcessedImage> pictures = [.. batch.Select(example => example.Picture).OfType<ProcessedImage>()];
        if (pictures.Count == 0)
            return null;
        long width = _model.Configuration.Vision.PatchValues;
        Tensor patches = cat([.. pictures.Select(picture => tensor(picture.Patches, [picture.Grid.PatchCount, width]))]);
        return _model.EncodeImages(patches, [.. pictures.Select(picture => picture.Grid)]);
    }

    private IEnumerable<OptimizedRange> Ranges(ParameterSet parameters)
    {
        foreach ((ParameterRange range, bool decayed) in parameters.Decayed.Select(range => (range, true)).Concat(parameters.NotDecayed.Select(range => (range, false))))
        {
            Tensor values = parameters.Values.narrow(0, range.Start, range.Count).DetachFromDisposeScope();
            Tensor gradient = parameters.Gradients.narrow(0, range.Start - parameters.Trainable.Start, range.Count).DetachFromDisposeScope();
            _views.AddRange([values, gradient]);
            yield return new OptimizedRange(values, gradient, decayed);
        }
    }
}
