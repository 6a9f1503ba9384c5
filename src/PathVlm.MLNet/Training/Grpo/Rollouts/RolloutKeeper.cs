using PathVlm.MLNet.Training.Loop;
using PathVlm.MLNet.Training.Reporting;
using PathVlm.Modeling.Processing.Pictures;

namespace PathVlm.MLNet.Training.Grpo.Rollouts;

/// <summary>
/// Keeps some completions of a run's begin, middle and end for its report. Where the middle is shows only at the end, so generation batches
/// are kept at equal distances, every second one of them let go whenever there are too many.
/// </summary>
internal sealed class RolloutKeeper(IReadOnlyList<string> rewardNames)
{
    private const int MostBatches = 16, Shown = 4, LongestSide = 336;
    private readonly List<Kept> _kept = [];
    private long _distance = 1;
    private Kept? _last;

    /// <summary>Sees a generation batch that was scored.</summary>
    public void Add(long step, GenerationBatch batch)
    {
        int rows = batch.Rollouts.Count, shown = Math.Min(Shown, rows);
        Kept seen = new(batch.Number, step, [.. Enumerable.Range(0, shown).Select(index => RolloutOf(batch, index * rows / shown))]);
        _last = seen;
        if (batch.Number % _distance != 0) return;
        _kept.Add(seen);
        if (_kept.Count <= MostBatches) return;
        _distance *= 2;
        _kept.RemoveAll(kept => kept.Number % _distance != 0);
    }

    /// <summary>Completions at begin, middle and end, as far as there are that many batches, with their pictures.</summary>
    public IReadOnlyList<SampledRollouts> Take()
    {
        if (_last is null) return [];
        Kept first = _kept[0];
        double half = (first.Step + _last.Step) / 2.0;
        Kept? middle = _kept.Where(kept => kept.Number != first.Number && kept.Number != _last.Number)
            .MinBy(kept => Math.Abs(kept.Step - half));
        Dictionary<string, byte[]?> pictures = [];
        return [.. new[] { first, middle, _last }.OfType<Kept>().DistinctBy(kept => kept.Number).Select(kept => new SampledRollouts(
            kept.Step, [.. kept.Rollouts.Select(rollout => rollout.Shown with { Picture = PictureOf(rollout.Picture, pictures) })]))];
    }

    /// <summary>What is kept, for a checkpoint; null before the first batch.</summary>
    public RolloutKeeperState? Save() => _last is null ? null : new(_distance, [.. _kept.Select(StateOf)], StateOf(_last));

    /// <summary>Goes on from a checkpoint.</summary>
    /// <param name="state">What it kept.</param>
    /// <param name="promptsOf">The prompts of a generation batch.</param>
    public void Restore(RolloutKeeperState state, Func<long, IReadOnlyList<GrpoPrompt>> promptsOf)
    {
        _distance = state.Distance;
        _kept.AddRange(state.Kept.Select(KeptOf));
        _last = KeptOf(state.Last);

        Kept KeptOf(KeptRollouts kept)
        {
            IReadOnlyList<GrpoPrompt> prompts = promptsOf(kept.Number);
            return new Kept(kept.Number, kept.Step, [.. kept.Rollouts.Select(rollout =>
            {
                GrpoPrompt prompt = prompts.First(one => one.Id == rollout.Id);
                return (
                    new SampledRollout(
                        prompt.Id, prompt.Question, null, rollout.Text, rollout.Tokens, rollout.Truncated,
                        [.. rewardNames.Zip(rollout.Scores)], rollout.Reward, rollout.Advantage),
                    prompt.Pictures.Count > 0 ? prompt.Pictures[0] : null);
            })]);
        }
    }

    private static KeptRollouts StateOf(Kept kept) => new(kept.Number, kept.Step, [.. kept.Rollouts.Select(rollout => new KeptRollout(
        rollout.Shown.Id, rollout.Shown.Text, rollout.Shown.Tokens, rollout.Shown.IsTruncated,
        [.. rollout.Shown.Scores.Select(score => score.Score)], rollout.Shown.Reward, rollout.Shown.Advantage))]);

    private (SampledRollout Shown, TrainingPicture? Picture) RolloutOf(GenerationBatch batch, int row)
    {
        (GrpoPrompt prompt, Rollout rollout) = (batch.PromptOf(row), batch.Rollouts[row]);
        return (
            new SampledRollout(
                prompt.Id, prompt.Question, null, rollout.Text, rollout.TokenIds.Count, rollout.Truncated,
                [.. rewardNames.Select((name, reward) => (name, (double)batch.Scores[row, reward]))], batch.Advantages.Rewards[row],
                batch.Advantages.Advantages[row]),
            prompt.Pictures.Count > 0 ? prompt.Pictures[0] : null);
    }

    private static byte[]? PictureOf(TrainingPicture? picture, Dictionary<string, byte[]?> known)
    {
        if (picture?.LoadPixels is not { } load) return null;
        if (!known.TryGetValue(picture.ContentHash, out byte[]? png)) known[picture.ContentHash] = png = Encode(load);
        return png;
    }

    // A file that was moved meanwhile leaves its completions without a picture.
    private static byte[]? Encode(Func<RgbPicture> load)
    {
        try
        {
            RgbPicture picture = load();
            double scale = Math.Min(1, LongestSide / (double)Math.Max(picture.Width, picture.Height));
            return PictureFile.EncodePng(picture.Resize(
                Math.Max(1, (int)Math.Round(picture.Width * scale)), Math.Max(1, (int)Math.Round(picture.Height * scale))));
        }
        catch (Exception fault) when (fault is IOException or InvalidDataException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private sealed record Kept(long Number, long Step, IReadOnlyList<(SampledRollout Shown, TrainingPicture? Picture)> Rollouts);
}
