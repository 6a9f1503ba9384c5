namespace PathVlm.Modeling.Configuration;

/// <summary>Rules between the settings of a model, reported through the reader that knows where each was found.</summary>
internal static class ConfigurationRules
{
    public static void Check(ModelConfiguration configuration, SettingsReader root, SettingsReader text, SettingsReader vision)
    {
        CheckText(configuration.Text, text);
        CheckVision(configuration, vision);
        CheckTokens(configuration, root);
    }

    private static void CheckText(TextConfiguration model, SettingsReader text)
    {
        if (model.HiddenSize % model.HeadCount != 0)
        {
            text.Fault("num_attention_heads", model.HeadCount, $"a divisor of hidden_size ({model.HiddenSize})");
            return;
        }

        if (model.HeadCount % model.KeyValueHeadCount != 0)
            text.Fault("num_key_value_heads", model.KeyValueHeadCount, $"a divisor of num_attention_heads ({model.HeadCount})");
        if (model.HeadSize % 2 != 0)
            text.Fault("hidden_size", model.HiddenSize, $"an even width per head (now {model.HeadSize})");
        else if (model.RotarySections.Count != 3 || model.RotarySections.Sum(section => (long)section) != model.HeadSize / 2)
        {
            text.Fault("mrope_section", $"[{string.Join(", ", model.RotarySections)}]",
                $"three whole numbers that sum to half a head ({model.HeadSize / 2})");
        }

        if (text.OptionalInteger("head_dim", 1, int.MaxValue) is { } headSize && headSize != model.HeadSize)
            text.Fault("head_dim", headSize, $"hidden_size / num_attention_heads ({model.HeadSize})");
    }

    private static void CheckVision(ModelConfiguration configuration, SettingsReader vision)
    {
        VisionConfiguration model = configuration.Vision;
        if (model.HiddenSize % model.HeadCount != 0)
            vision.Fault("num_heads", model.HeadCount, $"a divisor of hidden_size ({model.HiddenSize})");
        else if (model.HeadSize % 4 != 0)
            vision.Fault("num_heads", model.HeadCount, $"a count that makes the width of a head a multiple of 4 (now {model.HeadSize})");
        if (model.OutputSize != configuration.Text.HiddenSize)
            vision.Fault("out_hidden_size", model.OutputSize, $"the decoder's hidden_size ({configuration.Text.HiddenSize})");
        if (model.WindowSize < model.PatchSize * model.SpatialMergeSize)
        {
            vision.Fault("window_size", model.WindowSize,
                $"at least patch_size x spatial_merge_size ({model.PatchSize * model.SpatialMergeSize})");
        }

        if (model.FullAttentionBlocks.Any(block => block >= model.Depth))
        {
            vision.Fault("fullatt_block_indexes", $"[{string.Join(", ", model.FullAttentionBlocks)}]",
                $"indexes below depth ({model.Depth})");
        }
    }

    private static void CheckTokens(ModelConfiguration configuration, SettingsReader root)
    {
        (string Name, int Id)[] tokens =
        [
            ("image_token_id", configuration.ImageTokenId), ("video_token_id", configuration.VideoTokenId),
            ("vision_start_token_id", configuration.VisionStartTokenId), ("vision_end_token_id", configuration.VisionEndTokenId),
        ];
        foreach ((string name, int id) in tokens)
        {
            if (id >= configuration.Text.VocabularySize)
                root.Fault(
                    name, root.Has(name) ? id : $"{id} (its default)", $"an id below vocab_size ({configuration.Text.VocabularySize})");
        }

        foreach ((string name, int? id) in new[] { ("eos_token_id", configuration.EosTokenId), ("bos_token_id", configuration.BosTokenId) })
        {
            if (id >= configuration.Text.VocabularySize)
                root.Fault(name, id, $"an id below vocab_size ({configuration.Text.VocabularySize})");
        }

        foreach (IGrouping<int, (string Name, int Id)> same in tokens.GroupBy(token => token.Id).Where(same => same.Count() > 1))
            root.Fault(string.Join(", ", same.Select(token => token.Name)), same.Key, "ids that differ");
    }
}
