using System.Globalization;
using PathVlm.Benchmarks.Measuring;
using PathVlm.Modeling.Processing;

namespace PathVlm.Benchmarks.Input;

/// <summary>Tokens a second that one core makes of prompts, each different from the others.</summary>
internal static class TokenizeBenchmark
{
    private static readonly string[] Words =
    [
        "tumour", "stroma", "nuclei", "mitosis", "lymphocytes", "the", "a", "of", "with", "shows", "pleomorphic", "glands",
            "hyperchromatic",
        "section", "necrosis", "invasive", "ductal", "carcinoma", "at", "40x", "magnification", "eosinophilic", "cytoplasm", "which", "is",
    ];

    /// <summary>Measures.</summary>
    public static void Run(BenchmarkContext context)
    {
        int prompts = context.Pick(20, 2000, 10_000);
        Qwen2Tokenizer tokenizer = Qwen2Tokenizer.Load(Repository.Checkpoint);
        string[] texts = [.. Enumerable.Range(0, prompts).Select(TextOf)];
        long tokens = 0;
        ProcessMemory.ResetPeak();
        Sample time = Sample.Of(
            context.Machine, context.Repeats(5, 3), () => tokens = texts.Sum(text => (long)tokenizer.EncodePlain(text).Length));
        if (tokenizer.Decode(tokenizer.EncodePlain(texts[0])) != texts[0])
            throw new UnequalResultException("tokenize: decoding does not give the text back.");
        context.Table.Add(new ResultRow("tokenize", $"{prompts} prompts, {tokens} tokens", time)
        {
            Figure = string.Create(CultureInfo.InvariantCulture, $"{tokens / time.Median / 1e6:F2} M tokens a second a core"),
            Goal = context.Pick("", "", "1"),
            PeakBytes = ProcessMemory.PeakBytes,
        });
    }

    private static string TextOf(int number)
    {
        Random random = new(number);
        return $"Question {number}: " + string.Join(' ', Enumerable.Range(0, 60).Select(_ => Words[random.Next(Words.Length)]))
            + "?\nA) " + Words[random.Next(Words.Length)] + "\nB) " + Words[random.Next(Words.Length)] + $" ({random.Next(1000)} mm)";
    }
}
