using System.Text;
using System.Text.Json;
using PathVlm.MLNet.Chat.Faults;
using PathVlm.MLNet.Judging.Protocol;

namespace PathVlm.MLNet.Judging.Messages;

/// <summary>Reads a judge's reply; a reply without exactly one review is refused with the reason.</summary>
internal static class ReviewParser
{
    private const int MostDepth = 32;
    private const int MostPlaces = 1000; // where an object may begin; a reply of a hostile server may be nothing but braces

    /// <summary>Reads the text of a reply.</summary>
    /// <param name="reply">
    /// Text that holds one review as a JSON object, wherever it stands: alone, in a code fence, between sentences, after
    /// <c>&lt;think&gt;</c>. The same object twice is read once.
    /// </param>
    /// <returns>The findings.</returns>
    /// <exception cref="InvalidReplyException">No object of the reply is a review, or two that are differ.</exception>
    public static ReviewFindings Parse(string? reply)
    {
        if (string.IsNullOrWhiteSpace(reply)) throw new InvalidReplyException("the reply is empty");
        JsonElement? review = null;
        string? fault = null;
        byte[] text = Encoding.UTF8.GetBytes(reply);
        for (int start = 0, places = 0; places < MostPlaces && (start = NextObject(text, start)) >= 0; places++)
        {
            if (ObjectAt(text, start, out int end) is not { } value)
            {
                start++;
                continue;
            }

            if (FaultOf(value) is { } wrong)
            {
                fault ??= wrong;
                start++; // a review may stand inside
                continue;
            }

            if (review is { } first && !JsonElement.DeepEquals(first, value))
                throw new InvalidReplyException("the reply holds two differing reviews");
            review = value;
            start = end;
        }

        return review is { } found ? Read(found)
            : throw new InvalidReplyException(fault ?? $"the reply holds no JSON object, but: {OneLine.From(reply)}");
    }

    private static int NextObject(byte[] text, int from)
    {
        int next = text.AsSpan(from).IndexOf((byte)'{');
        return next < 0 ? -1 : from + next;
    }

    private static JsonElement? ObjectAt(byte[] text, int start, out int end)
    {
        end = start;
        try
        {
            Utf8JsonReader reader = new(text.AsSpan(start), new JsonReaderOptions { MaxDepth = MostDepth, AllowMultipleValues = true });
            JsonElement value = JsonElement.ParseValue(ref reader);
            end = start + (int)reader.BytesConsumed;
            return value;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static string? FaultOf(JsonElement value)
    {
        try
        {
            Read(value);
            return null;
        }
        catch (InvalidReplyException fault)
        {
            return fault.Message;
        }
    }

    private static ReviewFindings Read(JsonElement root)
    {
        RequireKeys(root, "the reply", "visual_analysis", "option_elimination", "knowledge", "violations", "unable_to_judge");
        return new ReviewFindings(
            Visual(root.GetProperty("visual_analysis")),
            Elimination(root.GetProperty("option_elimination")),
            Knowledge(root.GetProperty("knowledge")),
            [.. Items(root.GetProperty("violations"), "violations").Select(Violation)],
            OptionalText(root.GetProperty("unable_to_judge"), "unable_to_judge"));
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
                _ => throw new InvalidReplyException($"visual_analysis.shown_in_image is '{shown}', expected yes, no or cannot_tell"),
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
                _ => throw new InvalidReplyException(
                    $"violations.kind is '{kind}', expected basic_histology, contradiction or outdated_standard"),
            },
            Text(item.GetProperty("quote"), "violations.quote"),
            Text(item.GetProperty("why"), "violations.why"));
    }

    private static void RequireKeys(JsonElement item, string where, params ReadOnlySpan<string> keys)
    {
        if (item.ValueKind != JsonValueKind.Object) throw new InvalidReplyException($"{where} is {item.ValueKind}, expected an object");
        List<string> names = [.. item.EnumerateObject().Select(property => property.Name)];
        foreach (string key in keys)
            if (names.Count(name => name == key) != 1)
                throw new InvalidReplyException($"{where} has '{key}' {names.Count(name => name == key)} times, expected once");
        foreach (string name in names)
            if (!keys.Contains(name))
                throw new InvalidReplyException($"{where} has an unknown key '{name}'");
    }

    private static JsonElement.ArrayEnumerator Items(JsonElement value, string where) => value.ValueKind == JsonValueKind.Array
        ? value.EnumerateArray()
        : throw new InvalidReplyException($"{where} is {value.ValueKind}, expected an array");

    private static string Text(JsonElement value, string where) => value.ValueKind == JsonValueKind.String
        ? value.GetString()!
        : throw new InvalidReplyException($"{where} is {value.ValueKind}, expected a string");

    private static string? OptionalText(JsonElement value, string where) =>
        value.ValueKind == JsonValueKind.Null ? null : Text(value, where);

    private static bool Flag(JsonElement value, string where) => value.ValueKind switch
    {
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        _ => throw new InvalidReplyException($"{where} is {value.ValueKind}, expected true or false"),
    };
}
