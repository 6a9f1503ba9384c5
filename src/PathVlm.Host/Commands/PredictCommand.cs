using System.CommandLine;
using System.Text.Encodings.Web;
using System.Text.Json;
using Microsoft.ML;
using PathVlm.Host.Faults;
using PathVlm.Host.Runs;
using PathVlm.MLNet.Data.Rows;
using PathVlm.MLNet.Evaluation;
using PathVlm.MLNet.Inference.Answering;
using PathVlm.MLNet.Inference.Policies;
using PathVlm.Modeling.Processing.Pictures;

namespace PathVlm.Host.Commands;

/// <summary><c>predict</c>: one picture, one question.</summary>
internal sealed class PredictCommand : Verb
{
    private static readonly JsonSerializerOptions Json = new()
    {
        WriteIndented = true,
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    private readonly ModelChoice _model = new();
    private readonly Option<string> _image = new("--image", "-i")
    {
        Description = "The picture (PNG, JPEG, WebP, BMP, GIF).",
        Required = true,
    };

    private readonly Option<string> _question = new("--question", "-q") { Description = "The question.", Required = true };
    private readonly Option<string[]> _options = new("--option") { Description = "An option, with or without its letter; repeatable." };

    private readonly Option<bool> _json = new("--json") { Description = "Prints the answer as one JSON object." };

    protected override int Run(ParseResult parsed, RunContext context)
    {
        MLContext ml = context.CreateMlContext();
        string picture = Path.GetFullPath(parsed.GetValue(_image)!);
        if (PictureFile.Decode(picture).FrameCount is > 1 and int frames)
            context.Display.Warning($"{picture}: holds {frames} frames; the first is used");
        string[] options = parsed.GetValue(_options) ?? [];
        if (options.Length == 1) throw new UserMistakeException("--option: expected none, or two or more, got 1");
        PathologyQuestion question = Question(picture, parsed.GetValue(_question)!, options);
        using PathologyTransformer fitted = _model.Open(ml, parsed, context.Configuration);
        PathologyDataView row = new([question]);
        PathologyAnswer answer = fitted.Policy.Answer([.. PathologyRows.Read(row, PathologyRowNeeds.Image)], context.Cancellation)[0];
        if (parsed.GetValue(_json))
        {
            context.Display.Line(JsonSerializer.Serialize(
                new
                {
                    answer.PredictedAnswer, answer.Reasoning, answer.Response, answer.ResponseTokenCount, answer.IsTruncated,
                    Notice = ResearchNotice.Text,
                },
                Json));
            return ExitCodes.Done;
        }

        context.Display.Line($"answer:    {(answer.PredictedAnswer.Length > 0 ? answer.PredictedAnswer : "(none could be read)")}");
        context.Display.Line($"reasoning: {answer.Reasoning}");
        context.Display.Line($"tokens:    {answer.ResponseTokenCount}{(answer.IsTruncated ? " (cut at the limit)" : "")}");
        context.Display.Line(ResearchNotice.Text);
        return ExitCodes.Done;
    }

    protected override IEnumerable<(string Section, object Options)> SettingsOf(ParseResult parsed, RunContext context) =>
        [_model.Settings(parsed, context)];

    private static PathologyQuestion Question(string picture, string text, string[] options)
    {
        try
        {
            return PathologyQuestion.Create("question", picture, text, options);
        }
        catch (InvalidDataException fault)
        {
            throw new UserMistakeException($"--option: {fault.Message}", fault);
        }
    }

    protected override Command Describe()
    {
        Command command = new("predict", $"Answers one question about one picture. {ResearchNotice.Text}");
        foreach (Option option in (Option[])[.. _model.Options, _image, _question, _options, _json]) command.Options.Add(option);
        return command;
    }
}
