// <snippet>
using Microsoft.ML;
using Microsoft.ML.Data;
using PathVlm.MLNet.Inference.Answering;
using PathVlm.MLNet.Inference.Batching;
using PathVlm.MLNet.Inference.Policies;
// </snippet>

namespace PathVlm.MLNet.Tests.Snippets;

internal static class ManyCallers
{
    public static async Task Run()
    {
        // <snippet>
        using PathologyTransformer model = new MLContext().Pathology().Pretrained("data/base"); // or a zip
        using PathologyAnswerer answerer = new(model.Policy, new PathologyBatchOptions { RowLimit = 16 });

        // In a web program: one answerer for all requests, each with a cancellation token of its own.
        using var tile = MLImage.CreateFromFile("tile.png");
        PathologyInput input = new() { Image = tile, Question = "Which finding is shown?", Options = ["keratin pearl", "psammoma body"] };
        PathologyAnswer[] answers = await Task.WhenAll(answerer.AnswerAsync(input), answerer.AnswerAsync(input));
        Console.WriteLine($"{answers[0].PredictedAnswer}: {answers[0].Reasoning}");
        // </snippet>
        Assert.Equal(answers[0], answers[1]);
    }
}
