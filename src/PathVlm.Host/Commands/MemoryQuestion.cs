using System.CommandLine;
using System.Globalization;
using PathVlm.Host.Faults;
using PathVlm.Host.Presentation;
using PathVlm.Modeling.Adapters;
using PathVlm.Modeling.Configuration;
using PathVlm.Modeling.Forecasting;
using static TorchSharp.torch;

namespace PathVlm.Host.Commands;

/// <summary>Options of <c>inspect</c> that ask for a memory forecast, and its answer.</summary>
internal sealed class MemoryQuestion
{
    private const string Cpu = "cpu", Cuda = "cuda";

    // A picture of the default MaxPixels.
    private const int PictureTokens = 768;
    private const int GroupSize = 4;

    private readonly Option<string> _purpose = new("--for")
    {
        Description = "Forecast the memory of a use: lora, full, grpo (with an adapter) or generate.",
    };

    private readonly Option<int> _prompt = new("--prompt-tokens")
    {
        Description = "With --for: tokens of the longest prompt, picture tokens included.",
        DefaultValueFactory = _ => 1024,
    };

    private readonly Option<int> _answer = new("--answer-tokens")
    {
        Description = "With --for: tokens of the longest answer.",
        DefaultValueFactory = _ => 1024,
    };

    private readonly Option<int?> _batch = new("--batch")
    {
        Description = "With --for: rows, or completions for grpo, computed at one time; 1, or 4 for grpo, by default.",
    };

    private readonly Option<string> _recompute = new("--recompute")
    {
        Description = "With --for: none or layers.",
        DefaultValueFactory = _ => "layers",
    };

    private readonly Option<string> _precision = new("--precision")
    {
        Description = "With --for: float32 or bfloat16; the checkpoint's own by default.",
    };

    private readonly Option<string> _device = new("--device")
    {
        Description = "With --for: cpu, cuda or cuda:N.",
        DefaultValueFactory = _ => Cpu,
    };

    internal IEnumerable<Option> Options => [_purpose, _prompt, _answer, _batch, _recompute, _precision, _device];

    /// <summary>Whether a forecast is asked for.</summary>
    internal bool IsAsked(ParseResult parsed) => parsed.GetValue(_purpose) is not null;

    /// <summary>Prints the forecast: its parts, its peak, the memory there is, and changes with which it would fit.</summary>
    /// <param name="parsed">The command line.</param>
    /// <param name="display">Where it is printed.</param>
    /// <param name="model">Settings of the model.</param>
    /// <param name="stored">Type of most of its weights.</param>
    /// <exception cref="UserMistakeException">An option is faulty.</exception>
    internal void Answer(ParseResult parsed, Display display, ModelConfiguration model, ScalarType stored)
    {
        Device device = DeviceOf(parsed.GetValue(_device)!);
        MemoryWork work = Work(parsed, model, stored, device.type == TorchSharp.DeviceType.CUDA);
        MemoryEstimate estimate = MemoryForecaster.Forecast(work);
        display.Line(
            string.Create(CultureInfo.InvariantCulture, $"forecast:   {parsed.GetValue(_purpose)}, {work.Type}, {work.Rows} row(s), ")
            + string.Create(CultureInfo.InvariantCulture, $"prompts of {work.PromptTokens}, answers of {work.AnswerTokens}")
            + (work.RecomputesLayers ? ", layers computed again" : ""));
        foreach (MemoryItem item in estimate.Held) Part(display, item.Name, item.Bytes);
        foreach (MemoryItem item in estimate.Phases)
            Part(display, "+ " + item.Name, item.Bytes, item == estimate.LargestPhase ? "  (largest phase)" : "");
        Part(display, "peak", estimate.PeakBytes);
        if (MachineMemory.TotalBytes(device) is not { } available) return;
        Part(display, "available", available);
        if (estimate.PeakBytes <= available) return;
        foreach ((string change, long peak) in MemoryChange.That(work, available))
            display.Line($"  fits with {change}: {MemoryEstimate.InGibibytes(peak)} GiB");
    }

    private static void Part(Display display, string name, long bytes, string remark = "") =>
        display.Line($"  {name,-34} {MemoryEstimate.InGibibytes(bytes),8} GiB{remark}");

    private MemoryWork Work(ParseResult parsed, ModelConfiguration model, ScalarType stored, bool isGpu)
    {
        string purpose = parsed.GetValue(_purpose)!;
        MemoryPurpose kind = purpose switch
        {
            "lora" or "full" => MemoryPurpose.SupervisedFineTuning,
            "grpo" => MemoryPurpose.Grpo,
            "generate" => MemoryPurpose.Generate,
            _ => throw new UserMistakeException($"--for: expected lora, full, grpo or generate, got [{purpose}]"),
        };
        int prompt = AtLeastOne(parsed, _prompt), answer = AtLeastOne(parsed, _answer);
        int group = kind == MemoryPurpose.Grpo ? GroupSize : 1;
        int rows = parsed.GetValue(_batch) ?? group;
        if (rows < 1) throw new UserMistakeException($"{_batch.Name}: expected 1 or more, got {rows}");
        int patches = model.Vision.SpatialMergeSize * model.Vision.SpatialMergeSize;
        return new MemoryWork
        {
            Model = model,
            Purpose = kind,
            Type = TypeOf(parsed.GetValue(_precision), stored),
            IsGpu = isGpu,
            Lora = purpose is "lora" or "grpo" ? new LoraOptions() : null,
            RecomputesLayers = RecomputesLayers(parsed.GetValue(_recompute)!) && kind != MemoryPurpose.Generate,
            PromptTokens = prompt,
            AnswerTokens = answer,
            Rows = rows,
            GroupSize = group,
            DecodedRows = rows,
            HasReference = kind == MemoryPurpose.Grpo,
            PicturePatches = Math.Min(prompt, PictureTokens) * patches,
            KeptPictures = 1,
        };
    }

    private static int AtLeastOne(ParseResult parsed, Option<int> option) => parsed.GetValue(option) is >= 1 and int value
        ? value
        : throw new UserMistakeException($"{option.Name}: expected 1 or more, got {parsed.GetValue(option)}");

    private static bool RecomputesLayers(string text) => text switch
    {
        "layers" => true,
        "none" => false,
        _ => throw new UserMistakeException($"--recompute: expected none or layers, got [{text}]"),
    };

    private static ScalarType TypeOf(string? text, ScalarType stored) => text switch
    {
        null => stored is ScalarType.BFloat16 ? ScalarType.BFloat16 : ScalarType.Float32,
        "float32" => ScalarType.Float32,
        "bfloat16" => ScalarType.BFloat16,
        _ => throw new UserMistakeException($"--precision: expected float32 or bfloat16, got [{text}]"),
    };

    // The device may be in another machine: it need not be there.
    private static Device DeviceOf(string text)
    {
        string[] parts = text.Split(':');
        int index = 0;
        bool isKnown = text is Cpu or Cuda || (parts.Length == 2 && parts[0] == Cuda
            && int.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out index));
        if (!isKnown) throw new UserMistakeException($"--device: expected cpu, cuda or cuda:N, got [{text}]");
        return text == Cpu ? CPU : new Device(TorchSharp.DeviceType.CUDA, index);
    }
}
