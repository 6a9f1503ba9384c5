using PathVlm.Modeling.Generation;
using PathVlm.Modeling.Generation.Sampling;
using PathVlm.Modeling.Numerics;
using PathVlm.Modeling.Processing;
using PathVlm.Modeling.Sequences;
using PathVlm.Modeling.Tests.Generation;
using PathVlm.Modeling.Tests.Support;
using TorchSharp;
using static TorchSharp.torch;

namespace PathVlm.Modeling.Tests.Language;

/// <summary>A pass ends between two layers once its token is cancelled, forward, backward and while decoding.</summary>
public sealed class InterruptionTests : IDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly DisposeScope _scope = NewDisposeScope();

    public void Dispose()
    {
        _scope.Dispose();
        _stop.Dispose();
    }

    [Fact]
    public void AForwardPassEndsAfterTheLayerUnderWay()
    {
        using Qwen25VlModel model = SmallModels.Create(SmallModels.Configuration());
        PackedSequences packed = Pack(model);
        List<int> layers = [];
        using IDisposable interruption = Interruption.By(_stop.Token);
        Assert.Throws<OperationCanceledException>(() => model.Decoder.Forward(packed, null, ForwardRows.All, (layer, _, _) =>
        {
            layers.Add(layer);
            if (layer == 1) _stop.Cancel();
        }));
        Assert.Equal([0, 1], layers);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(2)]
    [InlineData(3)]
    public void ALayerThatIsComputedAgainEndsTheForwardPassToo(int recomputed)
    {
        using Qwen25VlModel model = SmallModels.Create(SmallModels.Configuration());
        model.Train(visionFrozen: true);
        model.RecomputedLayers = recomputed;
        PackedSequences packed = Pack(model);
        _stop.Cancel();
        using (Interruption.By(_stop.Token))
            Assert.Throws<OperationCanceledException>(() => model.Forward(packed));
        using Tensor whole = model.Forward(packed);
        Assert.True(whole.isfinite().all().ToBoolean());
    }

    [Theory]
    [InlineData(0)]
    [InlineData(3)]
    public void ABackwardPassThatIsInterruptedComputesNothingAndTheNextOneIsWhole(int recomputed)
    {
        using Qwen25VlModel model = SmallModels.Create(SmallModels.Configuration());
        model.Train(visionFrozen: true);
        model.RecomputedLayers = recomputed;
        PackedSequences packed = Pack(model);
        double Norm() => model.Parameters.PublishedGradients.Values.Sum(gradient => gradient.abs().sum().ToDouble());

        using (Interruption.By(_stop.Token))
        {
            Tensor loss = Loss(model, packed);
            _stop.Cancel();
            loss.backward();
        }

        Assert.Equal(0, Norm());
        Loss(model, packed).backward();
        Assert.NotEqual(0, Norm());
    }

    [Fact]
    public void APictureIsNotEncodedToItsEnd()
    {
        using Qwen25VlModel model = SmallModels.Create(SmallModels.Configuration());
        ImageGrid grid = new(1, 4, 6);
        float[] patches = new float[grid.PatchCount * model.Configuration.Vision.PatchValues];
        _stop.Cancel();
        using IDisposable interruption = Interruption.By(_stop.Token);
        Assert.Throws<OperationCanceledException>(() => model.EncodeImages([grid], [patches]));
    }

    [Theory]
    [InlineData(DecodeBackend.Kernels)]
    [InlineData(DecodeBackend.Torch)]
    public void AStepOfDecodingThatIsInterruptedCanBeDoneAgain(DecodeBackend backend)
    {
        using Qwen25VlModel model = SmallModel.Create();
        SamplingOptions greedy = new() { Greedy = true, MaxNewTokens = 6 };
        int[] Complete(bool interrupted)
        {
            using ContinuousGenerator generator = new(model, [SmallModel.EndToken], [], 6, new GeneratorOptions { Backend = backend });
            RunningPrompt running = generator.Admit(SmallModel.Prompts(1)[0], 2, greedy, seed: 0);
            generator.Step();
            if (interrupted)
                using (Interruption.By(_stop.Token))
                    Assert.Throws<OperationCanceledException>(generator.Step);
            while (generator.LiveRows > 0) generator.Step();
            return [.. running.TokenIds(0), .. running.TokenIds(1)];
        }

        int[] whole = Complete(interrupted: false);
        _stop.Cancel();
        Assert.Equal(whole, Complete(interrupted: true));
    }

    [Fact]
    public void ATokenThatCannotBeCancelledLeavesTheOneBeforeInForce()
    {
        using (Interruption.By(_stop.Token))
        {
            using (Interruption.By(CancellationToken.None)) Assert.Equal(_stop.Token, Interruption.Current);
            Assert.Equal(_stop.Token, Interruption.Current);
        }

        Assert.False(Interruption.Current.CanBeCanceled);
    }

    private static PackedSequences Pack(Qwen25VlModel model)
    {
        PackedSequencesBuilder builder = SmallModels.Builder(model);
        builder.AddPrompt(SmallModels.Ids(new Random(4), 9), []);
        return builder.Build(model.Device);
    }

    private static Tensor Loss(Qwen25VlModel model, PackedSequences packed) => model.TokenLogProbabilities(
        model.Forward(packed), zeros([packed.TokenCount], ScalarType.Int64, model.Device)).LogProbabilities.mean().neg();
}
