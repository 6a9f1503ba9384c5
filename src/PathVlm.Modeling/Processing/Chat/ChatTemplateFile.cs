using System.Text.Json;
using PathVlm.Modeling.Processing.Tokenization;

namespace PathVlm.Modeling.Processing.Chat;

/// <summary>
/// The chat template that a checkpoint folder carries. It is never run: it is read only to refuse a model that was trained on another
/// format than <see cref="QwenChatFormat"/>, and saving copies its file.
/// </summary>
internal static class ChatTemplateFile
{
    private const string Property = "chat_template";

    /// <exception cref="InvalidDataException">The folder's template is not of Qwen's format.</exception>
    public static void CheckIn(string folder)
    {
        if (Find(folder) is not (string path, string template)) return;
        foreach (string mark in (string[])[QwenChatFormat.TurnStart, QwenChatFormat.TurnEnd, QwenChatFormat.PicturePlace])
            if (!template.Contains(mark, StringComparison.Ordinal))
                throw new InvalidDataException($"{path}: the chat template does not write {mark}; takes Qwen2.5-VL's chat format only");
    }

    private static (string Path, string Template)? Find(string folder)
    {
        string jinja = Path.Combine(folder, "chat_template.jinja");
        if (File.Exists(jinja)) return (jinja, File.ReadAllText(jinja));
        foreach (string name in (string[])["chat_template.json", TokenizerFiles.Configuration])
        {
            string path = Path.Combine(folder, name);
            if (!File.Exists(path)) continue;
            using TokenizerJson file = TokenizerJson.Open(path);
            if (TokenizerJson.Find(file.Root, Property) is { ValueKind: JsonValueKind.String }) return (path, file.GetText(file.Root, Property));
        }

        return null;
    }
}
