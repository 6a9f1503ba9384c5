using PathVlm.Modeling;
using PathVlm.Modeling.Configuration;
using TorchSharp;
using static TorchSharp.torch;

namespace PathVlm.Synthesis.BaseModel;

/// <summary>
/// Plants attention heads among random weights, so that a model of a million weights finds in some hundred steps what a large one finds
/// in its pretraining: the circuit that binds the text of an option to the letter before it. Heads of the first layer look a fixed number
/// of tokens back, by biases alone; heads of the later layers start with equal query and key matrices and so look for tokens like their
/// own. All of it is trained on. Ideas: Olsson et al. 2022, "In-context learning and induction heads" (arXiv 2209.11895); Trockman and
/// Kolter 2023, "Mimetic initialization of self-attention layers" (arXiv 2305.09828). Figures with and without: benchmarks/LOG.md.
/// </summary>
internal static class PlantedAttention
{
    private const double EmbeddingGain = 30;
    private const double OffsetContent = 0.3;
    private const double OffsetBias = 5;
    private const int OffsetFrequencies = 3;
    private const double MatchGain = 2;
    private const double SelfBias = 2.5;
    private const int MatchFreeFrequencies = 4;

    // By key-value head and, in it, by query head: how many tokens back.
    private static readonly int[][] Offsets = [[1, 2], [4, 3]];

    /// <summary>Plants; the model has two key-value heads of two query heads each in every layer (<see cref="BaseModelShape"/>).</summary>
    public static void Plant(Qwen25VlModel model)
    {
        using IDisposable noGradient = no_grad();
        using DisposeScope scope = NewDisposeScope();
        // At a deviation of 0.02 a token's own identity drowns in what the first layer adds, and no later layer can match it.
        model.CheckpointTensors["model.embed_tokens.weight"].mul_(tensor((float)EmbeddingGain));
        TextConfiguration text = model.Configuration.Text;
        HeadPlan heads = new(text.HiddenSize / text.HeadCount, text.HeadCount / text.KeyValueHeadCount, text.RotaryBase);
        for (int keyValueHead = 0; keyValueHead < text.KeyValueHeadCount; keyValueHead++)
            LookBack(new Projections(model, 0), heads, keyValueHead);
        for (int layer = 1; layer < text.LayerCount; layer++)
            LookForLike(new Projections(model, layer), heads, 0);
    }

    // Queries and keys are rotated by position times frequency, so constant ones that differ by a phase of offset times frequency agree
    // most where the key lies that many tokens back. The fastest frequencies tell neighbours apart.
    private static void LookBack(Projections at, HeadPlan heads, int keyValueHead)
    {
        Rows(at.KeyWeight, heads, keyValueHead).mul_(tensor((float)OffsetContent));
        for (int frequency = 0; frequency < OffsetFrequencies; frequency++)
            Set(at.KeyBias, (keyValueHead * heads.Size) + frequency, OffsetBias);
        for (int query = 0; query < heads.Group; query++)
        {
            int head = (keyValueHead * heads.Group) + query;
            Rows(at.QueryWeight, heads, head).mul_(tensor((float)OffsetContent));
            for (int frequency = 0; frequency < OffsetFrequencies; frequency++)
            {
                double phase = Offsets[keyValueHead][query] * heads.Frequency(frequency);
                Set(at.QueryBias, (head * heads.Size) + frequency, OffsetBias * Math.Cos(phase));
                Set(at.QueryBias, (head * heads.Size) + (heads.Size / 2) + frequency, -OffsetBias * Math.Sin(phase));
            }
        }
    }

    // Equal matrices give equal tokens the largest score at any distance once the fast frequencies are left out; those then carry a bias
    // against the token itself, which would otherwise always be the best match.
    private static void LookForLike(Projections at, HeadPlan heads, int keyValueHead)
    {
        Tensor key = Rows(at.KeyWeight, heads, keyValueHead).mul_(tensor((float)Math.Sqrt(MatchGain)));
        key.narrow(0, 0, MatchFreeFrequencies).zero_();
        key.narrow(0, heads.Size / 2, MatchFreeFrequencies).zero_();
        for (int query = 0; query < heads.Group; query++)
        {
            int head = (keyValueHead * heads.Group) + query;
            Rows(at.QueryWeight, heads, head).copy_(key);
            for (int frequency = 1; frequency < MatchFreeFrequencies; frequency++)
            {
                Set(at.QueryBias, (head * heads.Size) + frequency, -SelfBias);
                Set(at.KeyBias, (keyValueHead * heads.Size) + frequency, SelfBias);
            }
        }
    }

    private static Tensor Rows(Tensor weight, HeadPlan heads, int head) => weight.narrow(0, head * heads.Size, heads.Size);

    private static void Set(Tensor bias, int index, double value) => bias.narrow(0, index, 1).copy_(tensor((float)value));

    private sealed record HeadPlan(int Size, int Group, double RotaryBase)
    {
        public double Frequency(int index) => Math.Pow(RotaryBase, -2.0 * index / Size);
    }

    private sealed class Projections(Qwen25VlModel model, int layer)
    {
        public Tensor QueryWeight => Of("q_proj.weight");

        public Tensor QueryBias => Of("q_proj.bias");

        public Tensor KeyWeight => Of("k_proj.weight");

        public Tensor KeyBias => Of("k_proj.bias");

        private Tensor Of(string name) => model.CheckpointTensors[$"model.layers.{layer}.self_attn.{name}"];
    }
}
