using System.Diagnostics;
using PathVlm.Modeling;
using PathVlm.Modeling.Training;

namespace PathVlm.Synthesis.BaseModel;

/// <summary>Trains a model on one part of the base corpus, with the letters of answers counted more often in the loss.</summary>
internal sealed class BaseModelTrainer : IDisposable
{
    private readonly BaseExamples _examples;
    private readonly BaseModelPart _part;
    private readonly int _totalSteps;
    private readonly NextTokenTrainer _trainer;

    public BaseModelTrainer(Qwen25VlModel model, BaseExamples examples, BaseModelPart part, BaseModelOptions options)
    {
        _examples = examples;
        _part = part;
        _totalSteps = options.TotalSteps;
        _trainer = new NextTokenTrainer(model, new NextTokenOptions
        {
            Steps = part.Steps,
            LearningRate = part.LearningRate,
            WarmupSteps = options.WarmupSteps,
            WeightDecay = options.WeightDecay,
        });
    }

    /// <summary>Runs all steps.</summary>
    /// <param name="stepsBefore">Steps of the parts before this one, for the progress.</param>
    /// <param name="progress">Receives a report after each step.</param>
    /// <param name="cancellation">Checked before each step.</param>
    /// <exception cref="OperationCanceledException">The caller cancelled; thrown at the end of a step.</exception>
    public void Run(int stepsBefore, IProgress<BaseModelProgress>? progress, CancellationToken cancellation)
    {
        Stopwatch clock = Stopwatch.StartNew();
        for (int step = 0; step < _part.Steps; step++)
        {
            cancellation.ThrowIfCancellationRequested();
            NextTokenResult result = _trainer.Step(Prepare(step));
            progress?.Report(new BaseModelProgress(
                stepsBefore + step + 1, _totalSteps, result.Loss, result.TokenAccuracy, clock.Elapsed));
        }
    }

    /// <summary>Frees optimizer and gradients; the model stays.</summary>
    public void Dispose() => _trainer.Dispose();

    // Examples are prepared between steps, never beside one: TorchSharp 0.107 does not keep a temporary Scalar alive while libtorch reads
    // it, so a collection that another thread triggers during a call can free it.
    private NextTokenExample[] Prepare(int step)
    {
        NextTokenExample[] batch = new NextTokenExample[_part.BatchSize];
        Parallel.For(0, batch.Length, row => batch[row] = WithWeights(_examples[_part.Corpus, ((long)step * batch.Length) + row]));
        return batch;
    }

    private NextTokenExample WithWeights(BaseExample example) => new(
        example.TokenIds, example.PromptLength, example.Picture,
        Array.ConvertAll(example.LetterFlags, isLetter => isLetter ? (float)_part.LetterWeight : 1f));
}
