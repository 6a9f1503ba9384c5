using System.Text.Json;
using PathVlm.MLNet.Data.Rows;
using PathVlm.MLNet.Training.Logging;

namespace PathVlm.MLNet.Training.Grpo.Rollouts;

/// <summary>
/// Every rollout as a line of rollouts.jsonl: step (optimizer steps done when it was sampled), generation, id, sample; of the row, where
/// the prompt was made of one, image (path, where it has one; relative to the file where it lies in the run's folder), question, options,
/// answer; text where decoded, tokens, truncated, rewards by name (null = no score), reward, advantage. A line holds what a judge needs to
/// review it.
/// </summary>
internal sealed class RolloutLog(string folder, IReadOnlyList<string> rewardNames) : IDisposable
{
    private readonly string _folder = Path.GetFullPath(folder);
    private readonly JsonLinesWriter _lines = new(Path.Combine(folder, TrainingOutput.RolloutsFile));

    /// <summary>Writes all rows of a generation batch.</summary>
    public void Write(long step, GenerationBatch batch)
    {
        for (int i = 0; i < batch.Rollouts.Count; i++)
        {
            int row = i;
            _lines.Write(json => WriteRow(json, step, batch, row));
        }
    }

    /// <summary>Bytes of the file.</summary>
    public long Length => _lines.Length;

    /// <summary>Takes off what was written beyond a length.</summary>
    /// <exception cref="InvalidDataException">The file is shorter.</exception>
    public void CutTo(long length) => _lines.CutTo(length, length);

    /// <summary>Has the lines written to the disk.</summary>
    public void FlushToDisk() => _lines.FlushToDisk();

    /// <inheritdoc/>
    public void Dispose() => _lines.Dispose();

    private void WriteRow(Utf8JsonWriter json, long step, GenerationBatch batch, int row)
    {
        Rollout rollout = batch.Rollouts[row];
        json.WriteNumber("step", step);
        json.WriteNumber("generation", batch.Number);
        json.WriteString("id", batch.PromptOf(row).Id);
        json.WriteNumber("sample", row % batch.GroupSize);
        if (batch.PromptOf(row).Question is { } question) WriteQuestion(json, question);
        if (rollout.Text is not null) json.WriteString("text", rollout.Text);
        json.WriteStartArray("tokens");
        foreach (int id in rollout.TokenIds) json.WriteNumberValue(id);
        json.WriteEndArray();
        json.WriteBoolean("truncated", rollout.Truncated);
        json.WriteStartObject("rewards");
        for (int reward = 0; reward < rewardNames.Count; reward++)
            JsonLinesWriter.WriteNumber(json, rewardNames[reward], batch.Scores[row, reward]);
        json.WriteEndObject();
        JsonLinesWriter.WriteNumber(json, "reward", batch.Advantages.Rewards[row]);
        JsonLinesWriter.WriteNumber(json, "advantage", batch.Advantages.Advantages[row]);
    }

    private void WriteQuestion(Utf8JsonWriter json, PathologyQuestion question)
    {
        if (question.ImagePath.Length > 0) json.WriteString("image", PictureOf(question.ImagePath));
        json.WriteString("question", question.Question);
        json.WriteStartArray("options");
        foreach (string option in question.Options) json.WriteStringValue(option);
        json.WriteEndArray();
        json.WriteString("answer", question.Answer);
    }

    // A run's folder that holds its own pictures can be moved, and does not tell where it lay.
    private string PictureOf(string path)
    {
        string run = Path.GetDirectoryName(Path.TrimEndingDirectorySeparator(_folder)) ?? _folder;
        string full = Path.GetFullPath(path);
        return full.StartsWith(Path.TrimEndingDirectorySeparator(run) + Path.DirectorySeparatorChar, StringComparison.Ordinal)
            ? Path.GetRelativePath(_folder, full)
            : path;
    }
}
