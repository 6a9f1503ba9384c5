using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Nodes;
using PathVlm.MLNet.Training.Options;
using PathVlm.Modeling.Checkpoints.Safetensors;
using PathVlm.Modeling.Files;
using PathVlm.Modeling.Files.Platform;
using static TorchSharp.torch;

namespace PathVlm.MLNet.Training.Checkpoints;

/// <summary>
/// The checkpoints inside a stage: folders <c>step-N</c> in <c>checkpoints</c> of its output folder. A checkpoint is written under another
/// name, data first and manifest last, flushed to the disk and renamed, so that one that is there is whole whenever the process ends.
/// </summary>
internal sealed class CheckpointFolder
{
    // A checkpoint by time costs at most this share of the time.
    private const double LargestShare = 0.03;
    private const string Prefix = "step-";
    private readonly string _folder;
    private readonly PathologyTrainingOptions _options;
    private readonly IReadOnlyDictionary<string, string> _identity;
    private long _written = Stopwatch.GetTimestamp();
    private TimeSpan _cost, _totalCost;
    private long _lastStep;

    /// <summary>The checkpoints of a run; what a killed process left half written is removed.</summary>
    /// <param name="options">The run's options, with an output folder.</param>
    /// <param name="identity">What the run depends on.</param>
    /// <param name="step">Steps done when the run begins or goes on.</param>
    public CheckpointFolder(PathologyTrainingOptions options, IReadOnlyDictionary<string, string> identity, long step)
    {
        _options = options;
        _identity = identity;
        _lastStep = step;
        _folder = Path.Combine(Path.GetFullPath(options.OutputFolder!), PathologyTrainingOptions.CheckpointsFolder);
        if (!Directory.Exists(_folder)) return;
        foreach (string left in Directory.EnumerateDirectories(_folder, $".{Prefix}*").ToArray())
            Directory.Delete(left, recursive: true);
        // A run that begins anew, or from an earlier step, leaves none behind that would be taken for its own.
        foreach ((long later, string path) in Steps(_folder).Where(found => found.Step > step).ToArray()) Delete(path);
    }

    /// <summary>Checkpoints written so far.</summary>
    public int Written { get; private set; }

    /// <summary>How many were written, and in what time.</summary>
    public string CostInWords => string.Create(
        CultureInfo.InvariantCulture, $"{Written} checkpoints written in {_totalCost.TotalSeconds:0.0} s: {_folder}");

    /// <summary>Whether there is a checkpoint, whole or not, in an output folder, or the folder is one.</summary>
    public static bool HoldsAny(string folder) =>
        File.Exists(Path.Combine(folder, CheckpointManifest.FileName))
        || Steps(Path.Combine(folder, PathologyTrainingOptions.CheckpointsFolder)).Any();

    /// <summary>The newest whole checkpoint of an output folder or a checkpoint's own; null where there is none.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="damaged">Receives a line on each one that is passed over.</param>
    public static StageCheckpoint? Newest(string folder, Action<string> damaged)
    {
        if (File.Exists(Path.Combine(folder, CheckpointManifest.FileName))) return StageCheckpoint.Open(folder);
        string checkpoints = Path.Combine(folder, PathologyTrainingOptions.CheckpointsFolder);
        foreach ((_, string path) in Steps(checkpoints).OrderByDescending(found => found.Step))
            try
            {
                return StageCheckpoint.Open(path);
            }
            catch (InvalidDataException fault)
            {
                damaged($"a checkpoint is passed over: {fault.Message}");
            }

        return null;
    }

    /// <summary>Whether a checkpoint is to be written after a number of steps.</summary>
    public bool IsDue(long step)
    {
        if (step == _lastStep) return false;
        if (_options.SaveSteps is { } steps && step % steps == 0) return true;
        TimeSpan since = Stopwatch.GetElapsedTime(_written);
        return _options.SaveMinutes is { } minutes && since.TotalMinutes >= minutes && since * LargestShare >= _cost;
    }

    /// <summary>Writes a checkpoint and removes the oldest beyond those that are kept.</summary>
    /// <param name="step">Optimizer steps done.</param>
    /// <param name="values">Numbers and texts of the state.</param>
    /// <param name="tensors">Tensors of the state, any device; they stay the caller's.</param>
    /// <exception cref="IOException">It cannot be written; those before it are as they were.</exception>
    public void Write(long step, JsonObject values, IEnumerable<KeyValuePair<string, Tensor>> tensors)
    {
        long began = Stopwatch.GetTimestamp();
        string folder = Path.Combine(_folder, string.Create(CultureInfo.InvariantCulture, $"{Prefix}{step:000000}"));
        AtomicFolder.Write(folder, CheckpointManifest.FileName, making =>
        {
            string file = Path.Combine(making, CheckpointManifest.TensorsFile);
            string hash = WriteHashed(file, tensors);
            CheckpointManifest manifest = new()
            {
                Format = CheckpointManifest.CurrentFormat, Step = step, Identity = _identity, Bytes = new FileInfo(file).Length,
                Sha256 = hash, ValuesSha256 = CheckpointManifest.HashOf(values), Values = values,
            };
            AtomicFile.Write(
                Path.Combine(making, CheckpointManifest.FileName), JsonSerializer.Serialize(manifest, CheckpointManifest.Json));
        });
        foreach ((_, string path) in Steps(_folder).OrderByDescending(found => found.Step).Skip(_options.KeepCheckpoints).ToArray())
            Delete(path);
        (_lastStep, _written, _cost) = (step, Stopwatch.GetTimestamp(), Stopwatch.GetElapsedTime(began));
        _totalCost += _cost;
        Written++;
    }

    // Hashed on the way to the disk: a large checkpoint is not read again, and a signal, which ends the reading of files, does not end it.
    private static string WriteHashed(string file, IEnumerable<KeyValuePair<string, Tensor>> tensors)
    {
        using SHA256 hash = SHA256.Create();
        FullDisk.Guard(file, () =>
        {
            using FileStream stream = new(file, FileMode.Create, FileAccess.Write, FileShare.None, bufferSize: 0);
            using CryptoStream hashed = new(stream, hash, CryptoStreamMode.Write);
            SafetensorsWriter.Write(hashed, tensors);
        });
        return Convert.ToHexStringLower(hash.Hash!);
    }

    private static IEnumerable<(long Step, string Path)> Steps(string folder)
    {
        if (!Directory.Exists(folder)) yield break;
        foreach (string path in Directory.EnumerateDirectories(folder, $"{Prefix}*"))
            if (long.TryParse(Path.GetFileName(path).AsSpan(Prefix.Length), NumberStyles.None, CultureInfo.InvariantCulture, out long step))
                yield return (step, path);
    }

    // Renamed first: one that is half deleted must not look like one that is whole.
    private static void Delete(string path)
    {
        string hidden = Path.Combine(Path.GetDirectoryName(path)!, $".{Path.GetFileName(path)}.old");
        Directory.Move(path, hidden);
        Directory.Delete(hidden, recursive: true);
    }
}
