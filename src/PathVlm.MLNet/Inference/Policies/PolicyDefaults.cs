namespace PathVlm.MLNet.Inference.Policies;

/// <summary>Defaults of answering rows.</summary>
internal static class PolicyDefaults
{
    /// <summary>The paper's.</summary>
    public const int MaxPromptLength = 1_024;

    /// <summary>Rows answered together.</summary>
    public const int AnswerBatchSize = 32;

    /// <summary>
    /// Largest picture where the user gives no limit and the checkpoint's is not lower, in pixels: 768 tokens, so that a picture and its
    /// question fit the paper's 1,024.
    /// </summary>
    public const int MaxPixels = 602_112;

    /// <summary>Where weights lie and are computed with.</summary>
    public const string Device = "cpu";
}
