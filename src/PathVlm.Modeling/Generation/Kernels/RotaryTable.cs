using PathVlm.Modeling.Language;
using PathVlm.Modeling.Numerics;
using static TorchSharp.torch;

namespace PathVlm.Modeling.Generation.Kernels;

/// <summary>Cosines and sines of the decoder's angles at positions that are equal on all axes, as those of generated tokens are.</summary>
/// <param name="decoder">Whose angles.</param>
/// <param name="headSize">Head width; even.</param>
internal sealed unsafe class RotaryTable(Decoder decoder, int headSize)
{
    private float[] _cosine = [];
    private float[] _sine = [];

    /// <summary>Makes the table hold a position.</summary>
    public void Reach(int position)
    {
        long half = headSize / 2;
        if ((position + 1) * half <= _cosine.Length)
            return;
        using TorchSharp.DisposeScope scope = NewDisposeScope();
        Tensor positions = arange(Scalars.Of(0L), Scalars.Of((position + 1) * 3L / 2), ScalarType.Int64).expand(3, -1);
        Layers.Rotary turns = decoder.Turns(positions);
        _cosine = Table(turns.Cosine);
        _sine = Table(turns.Sine);

        float[] Table(Tensor whole)
        {
            float[] values = whole.squeeze(1).narrow(1, 0, half).to_type(ScalarType.Float32).contiguous().cpu().data<float>().ToArray();
            float[] pinned = GC.AllocateUninitializedArray<float>(values.Length, pinned: true);
            values.CopyTo(pinned, 0);
            return pinned;
        }
    }

    /// <summary>[head width / 2] at a position; valid until the next <see cref="Reach"/>.</summary>
    public float* Cosine(int position) => At(_cosine, position);

    /// <summary>[head width / 2] at a position; valid until the next <see cref="Reach"/>.</summary>
    public float* Sine(int position) => At(_sine, position);

    private float* At(float[] pinned, int position) =>
        (float*)System.Runtime.CompilerServices.Unsafe.AsPointer(ref pinned[position * (headSize / 2)]);
}
