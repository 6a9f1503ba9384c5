using PathVlm.MLNet.Diagnostics;
using PathVlm.MLNet.Inference.Policies;
using PathVlm.Modeling;
using PathVlm.Modeling.Generation;
using PathVlm.Modeling.Generation.Decoding;
using PathVlm.Modeling.Numerics;
using TorchSharp;

namespace PathVlm.MLNet.Inference.Batching;

/// <summary>
/// One thread that keeps the batch running: between two tokens it drops cancelled requests, takes waiting ones in, has one token chosen of
/// every completion, and reports. It takes turns with other users of the policy, a token at a time.
/// </summary>
internal sealed class BatchScheduler : IDisposable
{
    private const int TokensWaited = 3, ShortPrompt = 256;
    private readonly PathologyPolicy _policy;
    private readonly PathologyBatchOptions _options;
    private readonly int _maxNewTokens;
    private readonly Thread _thread;
    private readonly object _gate = new();
    private readonly LinkedList<CompletionJob> _waiting = [];
    private readonly List<CompletionJob> _running = [];
    private ContinuousGenerator? _generator;
    private Qwen25VlModel? _model;
    private int _reserved;
    private readonly CancellationTokenSource _stop = new();
    private int _waited;
    private bool _isStopped;

    /// <summary>Starts the thread.</summary>
    public BatchScheduler(PathologyPolicy policy, PathologyBatchOptions options, int maxNewTokens)
    {
        (_policy, _options, _maxNewTokens) = (policy, options, maxNewTokens);
        Counters = new BatchCounters(() => (_reserved, _generator?.LiveRows ?? 0));
        _thread = new Thread(Run) { IsBackground = true, Name = "pathvlm batch" };
        _thread.Start();
    }

    /// <summary>What was done.</summary>
    public BatchCounters Counters { get; }

    /// <summary>Takes a place in the queue, before anything is spent on a request; given back by <see cref="Unreserve"/>.</summary>
    /// <exception cref="BatchQueueFullException">There is none.</exception>
    /// <exception cref="ObjectDisposedException">The answerer was disposed.</exception>
    public void Reserve()
    {
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_isStopped, typeof(PathologyAnswerer));
            if (_reserved >= _options.QueueLimit)
            {
                Counters.Refuse();
                throw new BatchQueueFullException(_options.QueueLimit);
            }

            Reserved(1);
        }
    }

    /// <summary>Gives a place in the queue back.</summary>
    public void Unreserve()
    {
        lock (_gate) Reserved(-1);
    }

    /// <summary>Lets a request wait; its place, taken by <see cref="Reserve"/>, is given back here.</summary>
    /// <exception cref="ObjectDisposedException">The answerer was disposed.</exception>
    public void Enqueue(CompletionJob job)
    {
        job.Watch = job.Cancellation.Register(() => Drop(job));
        lock (_gate)
        {
            if (!_isStopped)
            {
                _waiting.AddLast(job);
                Monitor.Pulse(_gate);
                return;
            }
        }

        job.Watch.Unregister();
        throw new ObjectDisposedException(nameof(PathologyAnswerer));
    }

    /// <summary>Ends every request and the thread.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            if (_isStopped) return;
            _isStopped = true;
            Monitor.Pulse(_gate);
        }

        _stop.Cancel();
        _thread.Join();
        _stop.Dispose();
    }

    // A request that waits leaves at once; one that runs leaves between two tokens.
    private void Drop(CompletionJob job)
    {
        lock (_gate)
        {
            if (!_waiting.Remove(job)) return;
            Reserved(-1);
        }

        Counters.Cancel();
        job.Complete(new OperationCanceledException(job.Cancellation));
    }

    private void Reserved(int change)
    {
        _reserved += change;
        PathologyTelemetry.TellWaiting(change);
    }

    private void Run()
    {
        using IDisposable interruption = Interruption.By(_stop.Token);
        while (WaitForWork())
            try
            {
                _policy.InTurn(TakeTurn);
            }
            catch (OperationCanceledException) when (_stop.IsCancellationRequested)
            {
                break; // the passes of this thread end with the token
            }
            catch (Exception fault)
            {
                // Whatever it is, it ends the requests it met and no others: the batch starts anew.
                FailRunning(fault);
                if (_model is null) FailWaiting(fault);
            }

        FailRunning(Stopped());
        FailWaiting(Stopped());
    }

    private static ObjectDisposedException Stopped() =>
        new(nameof(PathologyAnswerer), "The answerer was disposed before the request was answered.");

    private bool WaitForWork()
    {
        lock (_gate)
        {
            while (!_isStopped && _running.Count == 0 && _waiting.Count == 0) Monitor.Wait(_gate);
            return !_isStopped;
        }
    }

    private bool TakeTurn(Qwen25VlModel model)
    {
        if (!ReferenceEquals(model, _model))
        {
            FailRunning(new InvalidOperationException("The model's weights were replaced while the request was answered."));
            _generator = new ContinuousGenerator(
                model, [.. _policy.Encoder.EndTokenIds], [.. _policy.Encoder.SuppressedTokenIds], _maxNewTokens,
                new GeneratorOptions { RowLimit = _options.RowLimit });
            _model = model;
        }

        RemoveCancelled();
        Admit(model);
        Report();
        _generator!.Step();
        Report();
        return true;
    }

    private void RemoveCancelled()
    {
        foreach (CompletionJob job in _running.Where(job => job.IsCancelled).ToArray())
        {
            _generator!.Remove(job.Running!);
            _running.Remove(job);
            Counters.Cancel();
            job.Complete(new OperationCanceledException(job.Cancellation));
        }
    }

    private void Admit(Qwen25VlModel model)
    {
        if (IsWorthWaiting()) return;
        List<CompletionJob> together = [];
        int rows = 0;
        for (long tokens = 0; tokens < _options.PrefillTokenLimit && NextThatFits(rows) is { } job; tokens += job.Prompt.TokenIds.Length)
            if (_generator!.PrefillsTogether && job.Prompt.TokenIds.Length <= ShortPrompt)
            {
                together.Add(job);
                rows += job.Completions;
            }
            else
            {
                Join(model, [job]);
            }

        if (together.Count > 0) Join(model, together);
    }

    // A pass for one request ends when that is given up; a pass for several goes on for the others.
    private void Join(Qwen25VlModel model, List<CompletionJob> jobs)
    {
        using CancellationTokenSource given = CancellationTokenSource.CreateLinkedTokenSource(
            _stop.Token, jobs.Count == 1 ? jobs[0].Cancellation : CancellationToken.None);
        using IDisposable interruption = Interruption.By(given.Token);
        List<JoiningPrompt> prompts = [];
        try
        {
            foreach (CompletionJob job in jobs)
                prompts.Add(new JoiningPrompt(PromptOf(model, job), job.Completions, job.Sampling, job.Seed));
            foreach ((CompletionJob job, RunningPrompt joined) in jobs.Zip(_generator!.Admit(prompts)))
            {
                job.Running = joined;
                Counters.Read(job.Prompt.TokenIds.Length);
                _running.Add(job);
            }
        }
        catch (OperationCanceledException) when (jobs is [{ IsCancelled: true } only])
        {
            Counters.Cancel();
            only.Complete(new OperationCanceledException(only.Cancellation));
        }
        catch (Exception fault)
        {
            foreach (JoiningPrompt made in prompts) made.Prompt.ImageFeatures?.Dispose();
            FailJoining(model, jobs, fault);
        }
    }

    // A fault of several is looked for in each: the others are answered.
    private void FailJoining(Qwen25VlModel model, List<CompletionJob> jobs, Exception fault)
    {
        if (jobs.Count > 1 && fault is not OperationCanceledException)
        {
            foreach (CompletionJob job in jobs) Join(model, [job]);
            return;
        }

        foreach (CompletionJob job in jobs)
        {
            Counters.Fail();
            job.Complete(fault is OperationCanceledException ? Stopped() : fault);
        }
    }

    // In a batch that is half full a short prompt waits a few tokens for another one, as a pass over two costs little more than over one.
    private bool IsWorthWaiting()
    {
        if (!_generator!.PrefillsTogether || _generator.LiveRows * 2 < _options.RowLimit) return Waits(false);
        lock (_gate)
            return Waits(_waiting.Count < Math.Max(1, _options.RowLimit / 8)
                && _waiting.First?.Value.Prompt.TokenIds.Length is <= ShortPrompt);

        bool Waits(bool wanted)
        {
            _waited = wanted && _waited < TokensWaited ? _waited + 1 : 0;
            return _waited > 0;
        }
    }

    private CompletionJob? NextThatFits(int rows)
    {
        lock (_gate)
        {
            while (_waiting.First?.Value is { } job)
            {
                if (!job.IsCancelled && job.Completions > _generator!.FreeRows - rows) return null;
                _waiting.RemoveFirst();
                Reserved(-1);
                if (!job.IsCancelled) return job;
                Counters.Cancel();
                job.Complete(new OperationCanceledException(job.Cancellation));
            }

            return null;
        }
    }

    private GenerationPrompt PromptOf(Qwen25VlModel model, CompletionJob job)
    {
        using DisposeScope scope = torch.NewDisposeScope();
        using IDisposable none = torch.no_grad();
        torch.Tensor? features = model.EncodeImages(
            job.Prompt.Grids, job.Prompt.Pictures.Select(picture => _policy.Processor.ImageProcessor.Process(picture).Patches));
        return new GenerationPrompt(job.Prompt.TokenIds)
        {
            Grids = job.Prompt.Grids, ImageFeatures = features?.DetachFromDisposeScope(), OwnsImageFeatures = true, Row = 0,
            MaxNewTokens = job.Sampling.MaxNewTokens,
        };
    }

    private void Report()
    {
        foreach (CompletionJob job in _running.ToArray())
        {
            Counters.Choose(job.Deliver(_generator!));
            if (!job.IsOver) continue;
            _running.Remove(job);
            Counters.Answer();
            job.Complete();
        }
    }

    private void FailRunning(Exception fault)
    {
        foreach (CompletionJob job in _running)
        {
            Counters.Fail();
            job.Complete(fault);
        }

        _running.Clear();
        _generator?.Dispose();
        (_generator, _model) = (null, null);
    }

    private void FailWaiting(Exception fault)
    {
        lock (_gate)
        {
            foreach (CompletionJob job in _waiting)
            {
                Counters.Fail();
                job.Complete(fault);
            }

            Reserved(-_waiting.Count);
            _waiting.Clear();
        }
    }
}
