using PathVlm.Modeling.Checkpoints.Safetensors;

namespace PathVlm.Modeling.Tests.Checkpoints;

public sealed class WideningTests
{
    private static readonly ushort[] EveryPattern = [.. Enumerable.Range(0, 65536).Select(bits => (ushort)bits), 0x3F80, 0xC000, 0x0001];

    [Fact]
    public void EveryHalfWidensAsTheRuntimeWidensIt()
    {
        float[] widened = new float[EveryPattern.Length];
        Widening.FromHalf(EveryPattern, widened);
        for (int index = 0; index < widened.Length; index++)
        {
            float expected = (float)BitConverter.UInt16BitsToHalf(EveryPattern[index]);
            Assert.True(
                float.IsNaN(expected)
                    ? float.IsNaN(widened[index])
                    : BitConverter.SingleToInt32Bits(expected) == BitConverter.SingleToInt32Bits(widened[index]),
                $"0x{EveryPattern[index]:X4}");
        }
    }

    [Fact]
    public void EveryBFloat16IsTheUpperHalfOfItsFloat()
    {
        float[] widened = new float[EveryPattern.Length];
        Widening.FromBFloat16(EveryPattern, widened);
        for (int index = 0; index < widened.Length; index++)
            Assert.Equal((uint)EveryPattern[index] << 16, BitConverter.SingleToUInt32Bits(widened[index]));
    }
}
