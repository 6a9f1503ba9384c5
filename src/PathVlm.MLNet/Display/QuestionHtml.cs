using System.Xml.Linq;
using PathVlm.Modeling.Files;

namespace PathVlm.MLNet.Display;

/// <summary>A question with its picture, as rows and previews show it.</summary>
internal static class QuestionHtml
{
    private const int PictureWidth = 168, MostBytes = 4 << 20;

    /// <summary>Picture beside question and options, the standard answer bold.</summary>
    public static XElement Of(
        string question, IReadOnlyList<string> options, string answer, XElement? picture, string note, params XElement?[] below) =>
        Html.Beside(picture, Html.Block([
            Html.Text("div", question, "font-weight:600"),
            new XElement("ul", new XAttribute("style", "margin:.3rem 0;padding-left:1.2rem"), options
                .Select(option => option == answer ? new XElement("li", Html.Text("strong", option)) : Html.Text("li", option))
                .DefaultIfEmpty(Html.Text("li", "an open question"))),
            note.Length > 0 ? Html.Note(note) : null,
            .. below]));

    /// <summary>The picture of a file; null where there is none, it cannot be read, or no browser shows its kind or size.</summary>
    public static XElement? PictureOf(string path)
    {
        string? kind = Path.GetExtension(path).ToUpperInvariant() switch
        {
            ".PNG" => "image/png",
            ".JPG" or ".JPEG" => "image/jpeg",
            _ => null,
        };
        if (kind is null) return null;
        try
        {
            return PictureOf(InputFile.ReadBytes(path, MostBytes), kind);
        }
        catch (Exception fault) when (fault is IOException or InvalidDataException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>The picture of a file's content.</summary>
    public static XElement PictureOf(byte[] content, string kind = "image/png") =>
        Html.Picture(content, kind, "the question's picture", PictureWidth);
}
