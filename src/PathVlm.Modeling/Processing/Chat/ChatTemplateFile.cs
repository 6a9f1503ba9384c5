using System.Text.Json;
using PathVlm.Modeling.Files;
using PathVlm.Modeling.Processing.Tokenization;

namespace PathVlm.Modeling.Processing.Chat;

/// <summary>
/// The chat template of a checkpoint. It is never run: it is read only to refuse a model that was trained on another
/// format than <see cref="QwenChatFormat"/>, and saving copies its file.
/// </summary>
internal static class ChatTemplateFile
{
    private const string Property = "chat_template";

    /// <exception cref="InvalidDataException">The template is not of Qwen's format, or not UTF-8.</exception>
    public static void Check(CheckpointSource source)
    {
        if (Find(source) is not (string path, string template)) return;
        foreach (string mark in (string[])[QwenChatFormat.TurnStart, QwenChatFormat.TurnEnd, QwenChatFormat.PicturePlace])
            if (!template.Contains(mark, StringComparison.Ordinal))
                throw new InvalidDataException($"{path}: expected Qwen2.5-VL's chat format, got a template that does not write {mark}.");
    }

    private static (string Path, string Template)? Find(CheckpointSource source)
    {
        const string Jinja = CheckpointFileNames.ChatTemplateJinja;
        if (source.Contains(Jinja)) return (source.PathOf(Jinja), source.ReadText(Jinja));
        foreach (string name in (string[])[CheckpointFileNames.ChatTemplateJson, CheckpointFileNames.TokenizerConfiguration])
        {
            if (!source.Contains(name)) continue;
            using TokenizerJson file = TokenizerJson.Open(source, name);
            if (TokenizerJson.Find(file.Root, Property) is { ValueKind: JsonValueKind.String })
                return (source.PathOf(name), file.GetText(file.Root, Property));
        }

        return null;
    }
}
