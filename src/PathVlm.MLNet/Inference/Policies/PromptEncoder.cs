using PathVlm.MLNet.Data.Rows;
using PathVlm.Modeling.Configuration;
using PathVlm.Modeling.Files;
using PathVlm.Modeling.Processing;
using PathVlm.Modeling.Processing.Chat;

namespace PathVlm.MLNet.Inference.Policies;

/// <summary>
/// Turns rows into tokens and patches: a policy without its weights, so that rows can be judged before a model is loaded.
/// </summary>
internal sealed class PromptEncoder
{
    private readonly PathologyPromptTemplate _template;
    private readonly int _maxPromptLength;

    /// <summary>Loads tokenizer and image processor.</summary>
    /// <param name="source">The checkpoint's files.</param>
    /// <param name="settings">Template and limits.</param>
    /// <exception cref="FileNotFoundException">A file is missing.</exception>
    /// <exception cref="InvalidDataException">A file is damaged; the message names it.</exception>
    public PromptEncoder(CheckpointSource source, PolicySettings settings)
    {
        _template = settings.Template;
        _maxPromptLength = settings.MaxPromptLength;
        ImageProcessorConfiguration own = ImageProcessorConfiguration.Load(source);
        int largest = settings.MaxPixels ?? Math.Min(own.MaxPixels, PolicyDefaults.MaxPixels);
        Processor = Qwen25VlProcessor.Load(source, settings.MinPixels ?? Math.Min(own.MinPixels, largest), largest);
        EndTokenIds = GenerationConfiguration.Load(source).EosTokenIds;
        Configuration = ModelConfiguration.Load(source);
        SuppressedTokenIds = Processor.Tokenizer.SuppressedIds(Configuration.Text.VocabularySize, [.. EndTokenIds]);
    }

    /// <summary>Settings of the model.</summary>
    public ModelConfiguration Configuration { get; }

    /// <summary>Tokenizer and image processor.</summary>
    public Qwen25VlProcessor Processor { get; }

    /// <summary>Ids that end a completion.</summary>
    public IReadOnlyList<int> EndTokenIds { get; }

    /// <summary>Ids that are never chosen.</summary>
    public IReadOnlyList<int> SuppressedTokenIds { get; }

    /// <summary>A row's prompt: ids with placeholders expanded, and the picture's patches.</summary>
    /// <exception cref="InvalidDataException">The prompt is too long, or the picture too narrow; the message names the row.</exception>
    public EncodedPrompt Encode(PathologyRow row) =>
        Processor.Encode(Messages(row.Question), [row.RequiredPicture], addGenerationPrompt: true, _maxPromptLength, row.Name);

    /// <summary>A row's prompt where the picture's patches are not wanted yet.</summary>
    /// <inheritdoc cref="Encode"/>
    public int[] EncodeIds(PathologyRow row, ImageGrid grid) =>
        Processor.EncodeIds(Messages(row.Question), [grid], addGenerationPrompt: true, _maxPromptLength, row.Name);

    /// <summary>The tokens of a row's prompt, however many.</summary>
    /// <param name="row">A row that was read with its picture.</param>
    /// <exception cref="InvalidDataException">The picture is too narrow; the message names the row.</exception>
    public int LengthOf(PathologyRow row)
    {
        ImageGrid grid = Processor.GridOf(row.RequiredPicture.Height, row.RequiredPicture.Width, row.Name);
        return Processor.EncodeIds(Messages(row.Question), [grid], addGenerationPrompt: true, maxLength: null, row.Name).Length;
    }

    /// <summary>The ids that fine-tuning teaches as a row's answer.</summary>
    public int[] EncodeTarget(PathologyRow row) => Processor.EncodeAnswer(_template.TargetText(row.Question));

    /// <summary>The text of a completion, without control tokens.</summary>
    public string Text(IReadOnlyList<int> tokenIds) => Processor.Tokenizer.Decode(tokenIds, skipSpecial: true);

    private ChatMessage[] Messages(PathologyQuestion question)
    {
        ChatMessage user = ChatMessage.User(_template.UserText(question), pictures: 1);
        return _template.System.Length == 0 ? [user] : [ChatMessage.System(_template.System), user];
    }
}
