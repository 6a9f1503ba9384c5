using System.Reflection;
using System.Text.Json.Serialization;

namespace PathVlm.MLNet.Judging.Scoring;

/// <summary>Drop reasons in words.</summary>
public static class DropReasons
{
    private static readonly Dictionary<DropReason, string> Words = Enum.GetValues<DropReason>().ToDictionary(reason => reason, WordsOf);

    /// <summary>The reason in the words that records hold, such as "quote not in the reasoning".</summary>
    /// <param name="reason">The reason.</param>
    public static string InWords(this DropReason reason) => Words[reason];

    private static string WordsOf(DropReason reason) =>
        typeof(DropReason).GetField(reason.ToString())!.GetCustomAttribute<JsonStringEnumMemberNameAttribute>()!.Name;
}
