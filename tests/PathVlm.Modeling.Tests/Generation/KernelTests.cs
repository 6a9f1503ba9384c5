using PathVlm.Modeling.Generation.Kernels;
using PathVlm.Modeling.Numerics;
using TorchSharp;
using static TorchSharp.torch;

namespace PathVlm.Modeling.Tests.Generation;

public sealed unsafe class KernelTests
{
    [Theory]
    [InlineData(1, 64, 32)]
    [InlineData(2, 70, 33)]
    [InlineData(3, 7, 5)]
    [InlineData(4, 129, 34)]
    [InlineData(5, 16, 3)]
    [InlineData(16, 96, 47)]
    public void ProductsAreLibtorchsWithBiasAndAddition(int rows, int size, int outputs)
    {
        using DisposeScope scope = NewDisposeScope();
        Generator generator = new(1);
        Tensor x = randn([rows, size], generator: generator), w = randn([outputs, size], generator: generator);
        Tensor bias = randn([outputs], generator: generator), y = randn([rows, outputs], generator: generator);
        Tensor expected = y + nn.functional.linear(x, w, bias);
        int middle = outputs / 8 * 4;
        LinearCall call = Call(x, w, y) with { Bias = At(bias), Add = true };
        LinearKernel.Multiply(in call, 0, middle);
        LinearKernel.Multiply(in call, middle, outputs);
        Assert.True((expected - y).abs().max().item<float>() < 1e-4f);
    }

    [Fact]
    public void ARowsProductHasTheSameBitsInEveryBatch()
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor x = randn([7, 75], generator: new Generator(2)), w = randn([21, 75], generator: new Generator(3));
        Tensor alone = empty([1, 21]), together = empty([7, 21]);
        LinearKernel.Multiply(Call(x.narrow(0, 6, 1), w, alone), 0, 21);
        for (int rows = 1; rows <= 7; rows++)
        {
            LinearKernel.Multiply(Call(x.narrow(0, 7 - rows, rows), w, together), 0, 21);
            Assert.Equal(alone.data<float>().ToArray(), together[rows - 1].data<float>().ToArray());
        }
    }

    [Theory]
    [InlineData(1, 5, 20)]
    [InlineData(3, 70, 128)]
    [InlineData(7, 130, 44)]
    public void WeightedSumsAreLibtorchs(int queries, int keys, int width)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor weights = rand([queries, keys], generator: new Generator(1)), values = randn([keys, width], generator: new Generator(2));
        Tensor output = ones([queries, width]), expected = weights.matmul(values) + 1;
        AttentionKernel.AddWeighted(At(weights), keys, queries, keys, At(values), width, At(output));
        Assert.True((expected - output).abs().max().item<float>() < 1e-4f);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(13)]
    [InlineData(96)]
    public void ExponentialsOfDifferencesAreSoftmaxsNumerators(int size)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor scores = randn([size], generator: new Generator(1)) * 30;
        Tensor expected = scores.softmax(0);
        float sum = RowKernels.ExpOfDifferences(At(scores), size);
        Assert.True((expected - (scores / sum)).abs().max().item<float>() < 1e-6f);
    }

    [Fact]
    public void GatesAndNormsAreLibtorchs()
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor gate = linspace(-100, 100, 203), up = randn([203], generator: new Generator(1));
        Tensor expected = nn.functional.silu(gate) * up;
        RowKernels.Gate(At(gate), At(up), 203);
        Assert.True((expected - gate).abs().max().item<float>() < 1e-4f);
        Tensor normed = empty([203]), weight = rand([203], generator: new Generator(2));
        RowKernels.RmsNorm(At(up), At(weight), 203, 1e-6f, At(normed));
        Assert.True((Modeling.Layers.RmsNorm.Of(up, weight, 1e-6) - normed).abs().max().item<float>() < 1e-5f);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void ATeamTakesEveryItemOfEveryPhaseOnce(int members)
    {
        using ThreadTeam team = new(members);
        for (int round = 0; round < 20; round++)
        {
            int[] first = new int[100], second = new int[100];
            team.Run(2, alone: round % 5 == 4, _ =>
            {
                while (team.Take(0, 100, 7, out int start, out int end))
                    for (int i = start; i < end; i++)
                        first[i]++;
                team.Meet();
                while (team.Take(1, 100, 3, out int start, out int end))
                    for (int i = start; i < end; i++)
                        second[i] += first[99 - i];
            });
            Assert.All(first.Concat(second), count => Assert.Equal(1, count));
        }
    }

    [Fact]
    public void ATeamTellsWhatFailedAndGoesOn()
    {
        using ThreadTeam team = new(2);
        InvalidOperationException fault = Assert.Throws<InvalidOperationException>(() => team.Run(1, alone: false, member =>
        {
            if (member == 1)
                throw new ArithmeticException("member 1");
            team.Meet();
        }));
        Assert.Equal("member 1", fault.InnerException!.Message);
        int ran = 0;
        team.Run(1, alone: false, _ =>
        {
            Interlocked.Increment(ref ran);
            team.Meet();
        });
        Assert.Equal(2, ran);
    }

    private static LinearCall Call(Tensor x, Tensor w, Tensor y) => new()
    {
        Input = At(x), InputStride = x.size(1), Rows = (int)x.size(0), Size = (int)x.size(1),
        Weight = At(w), Output = At(y), OutputStride = w.size(0),
    };

    private static float* At(Tensor tensor) => (float*)NativeMatrix.AddressOf(tensor);
}
