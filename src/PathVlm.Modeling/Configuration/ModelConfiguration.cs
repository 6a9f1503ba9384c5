namespace PathVlm.Modeling.Configuration;

/// <summary>Settings of a Qwen2.5-VL model, whichever layout its config.json has.</summary>
public sealed partial record ModelConfiguration
{
    /// <summary>The decoder's settings.</summary>
    public required TextConfiguration Text { get; init; }

    /// <summary>The vision tower's settings.</summary>
    public required VisionConfiguration Vision { get; init; }

    /// <summary>Id that stands for one merged picture token (<c>image_token_id</c>).</summary>
    public required int ImageTokenId { get; init; }

    /// <summary>Id that stands for one merged video token (<c>video_token_id</c>).</summary>
    public required int VideoTokenId { get; init; }

    /// <summary>Id before a picture (<c>vision_start_token_id</c>).</summary>
    public required int VisionStartTokenId { get; init; }

    /// <summary>Id after a picture (<c>vision_end_token_id</c>).</summary>
    public required int VisionEndTokenId { get; init; }

    /// <summary>Id of the first token of a text (<c>bos_token_id</c>), which Qwen2.5-VL doesn't use; kept for writing.</summary>
    public int? BosTokenId { get; init; }

    /// <summary>Id that ends a turn (<c>eos_token_id</c>); generation_config.json may name more.</summary>
    public int? EosTokenId { get; init; }
}
