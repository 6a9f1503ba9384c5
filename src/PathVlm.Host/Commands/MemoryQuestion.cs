using System.CommandLine;
using System.Globalization;
using PathVlm.Host.Presentation;
using PathVlm.MLNet.Inference.Policies;
using PathVlm.Modeling.Adapters;
using PathVlm.Modeling.Configuration;
using PathVlm.Modeling.Forecasting;
using static TorchSharp.torch;

namespace PathVlm.Host.Commands;

/// <summary>Options of <c>inspect</c> that ask for a memory forecast, and its answer.</summary>
internal sealed class MemoryQuestion
{
    private readonly Option<string> _purpose = new("--for") { Description = "Forecast the memory of a use: lora, full, grpo (with an adapter) or generate." };
    private readonly Option<int> _prompt = new("--prompt-tokens") { Description = "With --for: tokens of the longest prompt, picture tokens included.", DefaultValueFactory = _ => 1024 };
    private readonly Option<int> _answer = new("--answer-tokens") { Description = "With --for: tokens of the longest answer.", DefaultValueFactory = _ => 1024 };
    private readonly Option<int> _batch = new("--batch") { Description = "With --for: rows, or completions for grpo, computed at one time; 1, or 4 for grpo, by default." };
    private readonly Option<string> _recompute = new("--recompute") { Description = "With --for: none or layers.", DefaultValueFactory = _ => "layers" };
    private readonly Option<string> _precision = new("--precision") { Description = "With --for: float32 or bfloat16; the checkpoint's own by default." };
    private readonly Option<string> _device = new("--device") { Description = "With --for: cpu, cuda or cuda:N.", DefaultValueFactory = _ => "cpu" };

    internal IEnumerable<Option> Options => [_purpose, _prompt, _answer, _batch, _recompute, _precision, _device];

    /// <summary>Whether a forecast is asked for.</summary>
    internal bool IsAsked(ParseResult parsed) => parsed.GetValue(_purpose) is not null;

    /// <summary>Tells the forecast.</summary>
    /// <param name="parsed">The command line.</param>
    /// <param name="display">Where it is told.</param>
    /// <param name="model">Settings of the model.</param>
    /// <param name="stored">Type of most of its weights.</param>
    internal void Answer(ParseResult parsed, Display display, ModelConfiguration model, ScalarType stored)
    {
        bool isGpu = parsed.GetValue(_device) != "cpu";
        MemoryWork work = Work(parsed, model, stored, isGpu);
        MemoryEstimate estimate = MemoryForecaster.Forecast(work);
        display.Line(string.Create(CultureInfo.InvariantCulture,
            $"forecast:   {parsed.GetValue(_purpose)}, {work.Type}, {work.Rows} row(s), prompts of {work.PromptTokens}, answers of {work.AnswerTokens}{(work.RecomputesLayers ? ", layers computed again" : "")}"));
        foreach (MemoryItem item in estimate.Held) display.Line($"  {item.Name,-34} {MemoryEstimate.InGibibytes(item.Bytes),8} GiB");
        foreach (MemoryItem item in estimate.Phases) display.Line($"  {"+ " + item.Name,-34} {MemoryEstimate.InGibibytes(item.Bytes),8} GiB{(item == estimate.LargestPhase ? "  (largest phase)" : "")}");
        display.Line($"  {"peak",-34} {MemoryEstimate.InGibibytes(estimate.PeakBytes),8} GiB");
        if (DeviceChoice.TakenInsteadOf(parsed.GetValue(_device)!) is not null || MachineMemory.TotalBytes(DeviceChoice.Of(parsed.GetValue(_device)!)) is not { } available) return;
        display.Line($"  {"there is",-34} {MemoryEstimate.InGibibytes(available),8} GiB");
        if (estimate.PeakBytes <= available) return;
        foreach ((string change, long peak) in MemoryChange.That(work, available)) display.Line($"  it would fit with {change}: {MemoryEstimate.InGibibytes(peak)} GiB");
    }

    private MemoryWork Work(ParseResult parsed, ModelConfiguration model, ScalarType stored, bool isGpu)
    {
        string purpose = parsed.GetValue(_purpose)!;
        if (purpose is not ("lora" or "full" or "grpo" or "generate")) throw new UserMistakeException($"--for: got [{purpose}], takes lora, full, grpo or generate");
        foreach (Option<int> option in new[] { _prompt, _answer })
            if (parsed.GetValue(option) < 1) throw new UserMistakeException($"{option.Name}: got {parsed.GetValue(option)}, takes 1 or more");
        int group = purpose == "grpo" ? 4 : 1, batch = parsed.GetValue(_batch);
        int rows = batch > 0 ? batch : group;
        return new MemoryWork
        {
            Model = model,
            Purpose = purpose switch { "generate" => MemoryPurpose.Generate, "grpo" => MemoryPurpose.Grpo, _ => MemoryPurpose.SupervisedFineTuning },
            Type = TypeOf(parsed.GetValue(_precision), stored),
            IsGpu = isGpu,
            Lora = purpose is "lora" or "grpo" ? new LoraOptions() : null,
            RecomputesLayers = purpose != "generate" && Layers(parsed.GetValue(_recompute)!),
            PromptTokens = parsed.GetValue(_prompt),
            AnswerTokens = parsed.GetValue(_answer),
            Rows = rows,
            GroupSize = group,
            DecodedRows = rows,
            HasReference = purpose == "grpo",
            PicturePatches = Math.Min(parsed.GetValue(_prompt), 768) * model.Vision.SpatialMergeSize * model.Vision.SpatialMergeSize,
            KeptPictures = 1,
        };
    }

    private static bool Layers(string text) => text switch
    {
        "layers" => true,
        "none" => false,
        _ => throw new UserMistakeException($"--recompute: got [{text}], takes none or layers"),
    };

    private static ScalarType TypeOf(string? text, ScalarType stored) => text switch
    {
        null => stored is ScalarType.BFloat16 ? ScalarType.BFloat16 : ScalarType.Float32,
        "float32" => ScalarType.Float32,
        "bfloat16" => ScalarType.BFloat16,
        _ => throw new UserMistakeException($"--precision: got [{text}], takes float32 or bfloat16"),
    };
}
