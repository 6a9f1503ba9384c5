using PathVlm.MLNet.Chat;
using PathVlm.Modeling.Options;

namespace PathVlm.MLNet.Judging.Models;

/// <summary>
/// A judge behind OpenAI's chat-completions API or a server that speaks it. Pictures leave the machine only to the address named here.
/// </summary>
public static class OpenAiJudge
{
    /// <summary>The environment variable that holds the key.</summary>
    public const string KeyVariable = "PATHVLM_JUDGE_KEY";

    /// <summary>Creates the judge; nothing is sent before the first review.</summary>
    /// <param name="address">Base address, such as https://api.openai.com/v1; absolute, http or https.</param>
    /// <param name="key">The key; by default that of <see cref="KeyVariable"/>. It reaches no log, record or zip.</param>
    /// <param name="options">How the judge is asked.</param>
    /// <param name="time">The clock of time-outs and backoff.</param>
    /// <exception cref="ArgumentException">
    /// The address is no absolute http address, or http to another machine without <see cref="ChatJudgeOptions.AllowHttp"/>; or there is no
    /// key, or one that no header can hold.
    /// </exception>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of its range.</exception>
    public static ChatJudge Create(Uri address, string? key = null, ChatJudgeOptions? options = null, TimeProvider? time = null)
    {
        ArgumentNullException.ThrowIfNull(address);
        OpenAiChat.CheckAddress(address, options?.AllowHttp ?? false);
        key ??= Environment.GetEnvironmentVariable(KeyVariable);
        if (string.IsNullOrWhiteSpace(key))
            throw new ArgumentException(
                $"key: expected the judge's key, got none (set {KeyVariable}; any text for a server that asks for none)", nameof(key));
        OpenAiChat.CheckKey(key);
        ChatJudgeOptions asked = OptionRules.Validated((options ?? new ChatJudgeOptions()).Copy());
        return new ChatJudge(OpenAiChat.Create(address, key, asked.Model, asked.LeaveOut), asked, time);
    }
}
