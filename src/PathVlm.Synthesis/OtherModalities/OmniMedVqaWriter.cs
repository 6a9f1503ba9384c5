using System.Text.Json;
using PathVlm.Modeling.Files;
using PathVlm.Modeling.Numerics;
using PathVlm.Modeling.Processing.Pictures;

namespace PathVlm.Synthesis.OtherModalities;

/// <summary>
/// Writes pictures of the other modalities as OmniMedVQA lies on disk: <c>QA_information/Open-access/NAME.json</c>, a list of
/// rows with option_A to option_D and the answer's text, and <c>Images/NAME/</c>.
/// </summary>
internal static class OmniMedVqaWriter
{
    private static readonly JsonWriterOptions Indented = new() { Indented = true,
        Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
    private static readonly string[] Names = ["Drawn Chest CT", "Drawn Dermoscopy", "Drawn Fundus", "Drawn OCT"];

    /// <summary>Writes <paramref name="count"/> pictures a modality, each with one question.</summary>
    public static void Write(string folder, long seed, int count, int size, CancellationToken cancellation)
    {
        string information = Directory.CreateDirectory(Path.Combine(folder, "QA_information", "Open-access")).FullName;
        foreach (int modality in Enumerable.Range(0, Names.Length))
        {
            Directory.CreateDirectory(Path.Combine(folder, "Images", Names[modality]));
            AtomicFile.Write(Path.Combine(information, Names[modality] + ".json"), path =>
            {
                using FileStream stream = File.Create(path);
                using Utf8JsonWriter json = new(stream, Indented);
                json.WriteStartArray();
                for (int index = 0; index < count; index++)
                {
                    cancellation.ThrowIfCancellationRequested();
                    WriteRow(json, folder, seed, modality, index, size);
                }

                json.WriteEndArray();
            });
        }
    }

    private static void WriteRow(Utf8JsonWriter json, string folder, long seed, int modality, int index, int size)
    {
        List<ModalityFinding> findings = [.. ModalityCatalog.All.Where(
            finding => finding.Modality == ModalityCatalog.Modalities[modality])];
        int turn = ModalityCatalog.All.ToList().IndexOf(findings[index % findings.Count]);
        ModalityPicture drawn = ModalityPicture.Draw(seed, "omnimedvqa", turn + ((long)ModalityCatalog.All.Count * index), size);
        string path = $"Images/{Names[modality]}/{index:D4}.png";
        PictureFile.WritePng(Path.Combine(folder, path), drawn.Picture);

        SeededRandom random = SeededRandom.At(seed, "omnimedvqa/question/" + modality, index);
        bool askModality = random.Chance(0.25);
        List<string> options = random.Shuffled(askModality ? ModalityCatalog.Modalities : findings.Select(finding => finding.Name));
        json.WriteStartObject();
        json.WriteString("dataset", Names[modality]);
        json.WriteString("question_id", $"{Names[modality]}_{index:D4}");
        json.WriteString("question_type", askModality ? "Modality Recognition" : "Disease Diagnosis");
        json.WriteString("question", askModality ? "Which imaging modality is this?" : "What is the most likely diagnosis?");
        json.WriteString("gt_answer", askModality ? drawn.Finding.Modality : drawn.Finding.Name);
        json.WriteString("image_path", path);
        for (int option = 0; option < options.Count; option++)
            json.WriteString($"option_{(char)('A' + option)}", options[option]);
        json.WriteString("modality_type", drawn.Finding.Modality);
        json.WriteEndObject();
    }
}
