using System.CommandLine;
using Microsoft.ML;
using PathVlm.Host.Runs;
using PathVlm.MLNet.Answers;
using PathVlm.MLNet.Data.Rows;
using PathVlm.MLNet.Inference.Answering;
using PathVlm.MLNet.Inference.Policies;
using PathVlm.Modeling.Processing.Pictures;

namespace PathVlm.Host.Commands;

/// <summary><c>predict</c>: one picture, one question.</summary>
internal sealed class PredictCommand : Verb
{
    private readonly Option<string> _model = new("--model", "-m") { Description = "Zip that train wrote, or a checkpoint folder; the embedded base by default." };
    private readonly Option<string> _image = new("--image", "-i") { Description = "The picture (PNG, JPEG, WebP, BMP, GIF).", Required = true };
    private readonly Option<string> _question = new("--question", "-q") { Description = "The question.", Required = true };
    private readonly Option<string[]> _options = new("--option") { Description = "An option, with or without its letter; repeatable." };

    internal override int Run(ParseResult parsed, VerbContext context)
    {
        MLContext ml = context.CreateMlContext();
        string picture = Path.GetFullPath(parsed.GetValue(_image)!);
        PictureFile.Decode(picture);
        AnswerOptions lettered = AnswerOptions.Read(parsed.GetValue(_options) ?? [], null);
        if (lettered.Options.Count == 1) throw new UserMistakeException("--option: got 1, takes none or two and more");
        using PathologyTransformer fitted = ModelFiles.Open(ml, parsed.GetValue(_model), context.Configuration);
        PathologyDataView row = new([new PathologyQuestion("question", picture, parsed.GetValue(_question)!, lettered.Options, "", "", "", null)]);
        PathologyAnswer answer = fitted.Policy.Answer([.. PathologyRows.Read(row, PathologyRowNeeds.Image)], context.Cancellation)[0];
        context.Display.Line($"answer:    {(answer.PredictedAnswer.Length > 0 ? answer.PredictedAnswer : "(none could be read)")}");
        context.Display.Line($"reasoning: {answer.Reasoning}");
        context.Display.Line($"tokens:    {answer.ResponseTokenCount}{(answer.IsTruncated ? " (cut at the limit)" : "")}");
        context.Display.Line(PathVlmProgram.Notice);
        return ExitCodes.Done;
    }

    protected override Command Describe()
    {
        Command command = new("predict", $"Answers one question about one picture. {PathVlmProgram.Notice}");
        foreach (Option option in new Option[] { _model, _image, _question, _options }) command.Options.Add(option);
        return command;
    }
}
