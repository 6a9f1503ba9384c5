using System.Buffers;
using System.Text;
using System.Text.Json;

namespace PathVlm.MLNet.Judging.Protocol;

/// <summary>Reads a judge's reply; whatever is not exactly a review is refused with the reason.</summary>
public static class ReviewParser
{
    private static readonly SearchValues<char> White = SearchValues.Create(" \t\r\n");

    /// <summary>Reads the text of a reply.</summary>
    /// <param name="reply">One JSON object, alone or in one code fence; the same object twice is read once.</param>
    /// <returns>The findings.</returns>
    /// <exception cref="InvalidReviewException">The reply is empty, cut, of wrong types, holds an unknown kind or two differing objects.</exception>
    public static ReviewFindings Parse(string? reply)
    {
        string text = WithoutFence(reply ?? "");
        if (text.Length == 0) throw new InvalidReviewException("the reply is empty");
        JsonElement root = SingleObject(text);
        RequireKeys(root, "the reply", "visual_analysis", "option_elimination", "knowledge", "violations", "unable_to_judge");
        return new ReviewFindings(
            Visual(root.GetProperty("visual_analysis")),
            Elimination(root.GetProperty("option_elimination")),
            Knowledge(root.GetProperty("knowledge")),
            [.. Items(root.GetProperty("violations"), "violations").Select(Violation)],
            OptionalText(root.GetProperty("unable_to_judge"), "unable_to_judge"));
    }

    private static string WithoutFence(string reply)
    {
        ReadOnlySpan<char> text = reply.AsSpan().Trim();
        if (!text.StartsWith("```", StringComparison.Ordinal) || !text.EndsWith("```", StringComparison.Ordinal) || text.Length < 6)
            return text.ToString();
        text = text[3..^3];
        int firstWhite = text.IndexOfAny(White);
        if (firstWhite > 0 && text[..firstWhite] is "json" or "JSON") text = text[firstWhite..];
        return text.Trim().ToString();
    }

    private static JsonElement SingleObject(string text)
    {
        try
        {
            Utf8JsonReader reader = new(Encoding.UTF8.GetBytes(text), new JsonReaderOptions { AllowMultipleValues = true });
            JsonElement? found = null;
            while (reader.Read())
            {
                JsonElement value = JsonElement.ParseValue(ref reader);
                if (found is { } first && !JsonElement.DeepEquals(first, value))
                    throw new InvalidReviewException("the reply holds two differing objects");
                found = value;
            }

            return found ?? throw new InvalidReviewException("the reply is empty");
        }
        catch (JsonException error)
        {
            throw new InvalidReviewException($"the reply is no JSON: {error.Message}");
        }
    }

    private static VisualFinding Visual(JsonElement item)
    {
        RequireKeys(item, "visual_analysis", "quote", "shown_in_image", "present");
        string shown = Text(item.GetProperty("shown_in_image"), "visual_analysis.shown_in_image");
        return new VisualFinding(
            OptionalText(item.GetProperty("quote"), "visual_analysis.quote"),
            shown switch
            {
                "yes" => ShownInImage.Yes,
                "no" => ShownInImage.No,
                "cannot_tell" => ShownInImage.CannotTell,
                _ => throw new InvalidReviewException($"visual_analysis.shown_in_image is '{shown}', takes yes, no or cannot_tell"),
            },
            Flag(item.GetProperty("present"), "visual_analysis.present"));
    }

    private static EliminationFinding Elimination(JsonElement item)
    {
        RequireKeys(item, "option_elimination", "rejected", "present");
        return new EliminationFinding(
            [.. Items(item.GetProperty("rejected"), "option_elimination.rejected").Select(Rejected)],
            Flag(item.GetProperty("present"), "option_elimination.present"));
    }

    private static RejectedOption Rejected(JsonElement item)
    {
        RequireKeys(item, "option_elimination.rejected", "option", "quote");
        return new RejectedOption(
            Text(item.GetProperty("option"), "option_elimination.rejected.option"),
            Text(item.GetProperty("quote"), "option_elimination.rejected.quote"));
    }

    private static KnowledgeFinding Knowledge(JsonElement item)
    {
        RequireKeys(item, "knowledge", "quote", "fact", "present");
        return new KnowledgeFinding(
            OptionalText(item.GetProperty("quote"), "knowledge.quote"),
            OptionalText(item.GetProperty("fact"), "knowledge.fact"),
            Flag(item.GetProperty("present"), "knowledge.present"));
    }

    private static ReviewViolation Violation(JsonElement item)
    {
        RequireKeys(item, "violations", "kind", "quote", "why");
        string kind = Text(item.GetProperty("kind"), "violations.kind");
        return new ReviewViolation(
            kind switch
            {
                "basic_histology" => ViolationKind.BasicHistology,
                "contradiction" => ViolationKind.Contradiction,
                "outdated_standard" => ViolationKind.OutdatedStandard,
                _ => throw new InvalidReviewException(
                    $"violations.kind is '{kind}', takes basic_histology, contradiction or outdated_standard"),
            },
            Text(item.GetProperty("quote"), "violations.quote"),
            Text(item.GetProperty("why"), "violations.why"));
    }

    private static void RequireKeys(JsonElement item, string where, params ReadOnlySpan<string> keys)
    {
        if (item.ValueKind != JsonValueKind.Object) throw new InvalidReviewException($"{where} is {item.ValueKind}, takes an object");
        List<string> names = [.. item.EnumerateObject().Select(property => property.Name)];
        foreach (string key in keys)
            if (names.Count(name => name == key) != 1)
                throw new InvalidReviewException($"{where} has '{key}' {names.Count(name => name == key)} times, takes it once");
        foreach (string name in names)
            if (!keys.Contains(name))
                throw new InvalidReviewException($"{where} has an unknown key '{name}'");
    }

    private static JsonElement.ArrayEnumerator Items(JsonElement value, string where) =>
        value.ValueKind == JsonValueKind.Array ? value.EnumerateArray() : throw new InvalidReviewException($"{where} is {value.ValueKind}, takes an array");

    private static string Text(JsonElement value, string where) =>
        value.ValueKind == JsonValueKind.String ? value.GetString()! : throw new InvalidReviewException($"{where} is {value.ValueKind}, takes a string");

    private static string? OptionalText(JsonElement value, string where) => value.ValueKind == JsonValueKind.Null ? null : Text(value, where);

    private static bool Flag(JsonElement value, string where) => value.ValueKind switch
    {
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        _ => throw new InvalidReviewException($"{where} is {value.ValueKind}, takes true or false"),
    };
}

/// <summary>A reply that is no valid review; asked once more, then missing (judge.md, Failures).</summary>
public sealed class InvalidReviewException : Exception
{
    /// <summary>Creates the exception.</summary>
    public InvalidReviewException(string message)
        : base(message)
    {
    }
}
