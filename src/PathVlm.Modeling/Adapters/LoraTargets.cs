using PathVlm.Modeling.Configuration;

namespace PathVlm.Modeling.Adapters;

/// <summary>A linear layer of the model that a target can name.</summary>
/// <param name="Name">Its published flat name without <c>.weight</c>: <c>model.layers.0.self_attn.q_proj</c>.</param>
/// <param name="Block">
/// The fused layer that computes it: <c>model.layers.0.self_attn.qkv</c>; null where adapters are not supported.
/// </param>
/// <param name="Inputs">Columns of its weight.</param>
/// <param name="Outputs">Rows of its weight.</param>
/// <param name="OutputStart">First output in the fused layer.</param>
internal sealed record LoraTarget(string Name, string? Block, long Inputs, long Outputs, long OutputStart)
{
    private const string Text = "model.", Vision = "visual.";

    /// <summary>The name as current releases spell it: <c>model.language_model.layers.0.self_attn.q_proj</c>.</summary>
    public string NestedName =>
        Name.StartsWith(Vision, StringComparison.Ordinal) ? Text + Name
        : Name.StartsWith(Text, StringComparison.Ordinal) ? string.Concat("model.language_model.", Name.AsSpan(Text.Length))
        : Name;

    /// <summary>The last part of the name: q_proj.</summary>
    public string ShortName => Name[(Name.LastIndexOf('.') + 1)..];
}

/// <summary>The model's linear layers by name, and which of them options choose.</summary>
internal static class LoraTargets
{
    /// <summary>The decoder's linear layers in the order of the forward pass, those of a fused layer side by side.</summary>
    public static IReadOnlyList<LoraTarget> OfDecoder(TextConfiguration text)
    {
        long width = text.HiddenSize, inner = text.IntermediateSize;
        long queries = (long)text.HeadCount * text.HeadSize, keys = (long)text.KeyValueHeadCount * text.HeadSize;
        List<LoraTarget> targets = [];
        for (int index = 0; index < text.LayerCount; index++)
        {
            string attention = $"model.layers.{index}.self_attn.", mlp = $"model.layers.{index}.mlp.";
            targets.Add(new(attention + "q_proj", attention + "qkv", width, queries, 0));
            targets.Add(new(attention + "k_proj", attention + "qkv", width, keys, queries));
            targets.Add(new(attention + "v_proj", attention + "qkv", width, keys, queries + keys));
            targets.Add(new(attention + "o_proj", attention + "o_proj", queries, width, 0));
            targets.Add(new(mlp + "gate_proj", mlp + "gate_up", width, inner, 0));
            targets.Add(new(mlp + "up_proj", mlp + "gate_up", width, inner, inner));
            targets.Add(new(mlp + "down_proj", mlp + "down_proj", inner, width, 0));
        }

        return targets;
    }

    /// <summary>
    /// Names of the layers that PEFT could put an adapter on and we do not: vision tower, merger, head and embedding table.
    /// </summary>
    public static IReadOnlyList<LoraTarget> Unsupported(ModelConfiguration configuration)
    {
        List<string> names = ["visual.patch_embed.proj"];
        for (int index = 0; index < configuration.Vision.Depth; index++)
        {
            string block = $"visual.blocks.{index}.";
            names.AddRange(
                [block + "attn.qkv", block + "attn.proj", block + "mlp.gate_proj", block + "mlp.up_proj", block + "mlp.down_proj"]);
        }

        names.AddRange(["visual.merger.mlp.0", "visual.merger.mlp.2", "model.embed_tokens", "lm_head"]);
        return [.. names.Select(name => new LoraTarget(name, null, 0, 0, 0))];
    }

    /// <summary>The layers that options choose.</summary>
    /// <exception cref="ArgumentException">They choose none, or one on which adapters are not supported.</exception>
    public static IReadOnlyList<LoraTarget> Choose(ModelConfiguration configuration, LoraOptions options)
    {
        IReadOnlyList<LoraTarget> all = OfDecoder(configuration.Text);
        if (options.TargetPattern is null)
        {
            IReadOnlyList<string> names = options.TargetModules ?? LoraOptions.AllTargets;
            return [.. all.Where(target => names.Contains(target.ShortName))];
        }

        ModulePattern pattern = new(options.TargetPattern);
        return Supported(
            configuration, target => pattern.Matches(target.Name) || pattern.Matches(target.NestedName), $"[{options.TargetPattern}]");
    }

    /// <summary>The decoder's layers that a rule chooses.</summary>
    /// <param name="configuration">Settings of the model.</param>
    /// <param name="chooses">The rule.</param>
    /// <param name="what">The rule in words.</param>
    /// <exception cref="ArgumentException">It chooses none, or one on which adapters are not supported.</exception>
    public static IReadOnlyList<LoraTarget> Supported(ModelConfiguration configuration, Func<LoraTarget, bool> chooses, string what)
    {
        LoraTarget[] beyond = [.. Unsupported(configuration).Where(chooses)];
        if (beyond.Length > 0)
        {
            throw new ArgumentException(
                $"The targets {what} match {beyond[0].NestedName}{(beyond.Length > 1 ? $" and {beyond.Length - 1} more" : "")}, "
                + "where adapters are not "
                + "supported; expected layers of the decoder alone, such as "
                + @".*language_model.*\.(q_proj|k_proj|v_proj|o_proj|gate_proj|up_proj|down_proj)");
        }

        LoraTarget[] chosen = [.. OfDecoder(configuration.Text).Where(chooses)];
        return chosen.Length > 0
            ? chosen
            : throw new ArgumentException(
                $"The targets {what} match no linear layer; the decoder's are {string.Join(", ", LoraOptions.AllTargets)}.");
    }
}
