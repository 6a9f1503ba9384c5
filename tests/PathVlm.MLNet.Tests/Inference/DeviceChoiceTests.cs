using Microsoft.ML;
using PathVlm.MLNet.Inference.Answering;
using PathVlm.MLNet.Inference.Policies;
using PathVlm.MLNet.Tests.Contract;
using PathVlm.MLNet.Training.Grpo.Options;
using PathVlm.MLNet.Training.Sft;
using TorchSharp;

namespace PathVlm.MLNet.Tests.Inference;

/// <summary>
/// A device that is not there is refused at the door. Where there is a CUDA device its name is taken; nothing is run on it here.
/// </summary>
public sealed class DeviceChoiceTests
{
    private const string NoCuda =
        "cpu: no CUDA device was found (it needs NVIDIA's driver and a libtorch with CUDA: PATHVLM_LIBTORCH, or a build with "
            + "-p:TorchBackend=cuda)";
    private readonly MLContext _ml = new();

    [Theory]
    [InlineData("gpu")]
    [InlineData("CPU")]
    [InlineData("cuda:")]
    [InlineData("cuda:-1")]
    [InlineData("cuda: 0")]
    [InlineData("cuda:0x1")]
    [InlineData("")]
    public void ANameThatIsNoneIsRefused(string name) => AssertRefused(name, "cpu, cuda or cuda:N");

    [Fact]
    public void ADeviceThatIsNotThereIsRefused()
    {
        int count = torch.cuda.is_available() ? torch.cuda.device_count() : 0;
        AssertRefused("cuda:4096", count == 0 ? NoCuda : $"cpu, cuda, or cuda:0 to cuda:{count - 1}");
        if (count == 0) AssertRefused("cuda", NoCuda);
        else Assert.Null(DeviceChoice.AcceptedNames("cuda"));
    }

    [Fact]
    public void TheCpuIsTheDefaultAndWhereEverythingIsPlacedThen()
    {
        Assert.Equal(("cpu", "cpu", "cpu"),
            (new PathologySftOptions().Device, new GrpoOptions().Device, new PathologyModelOptions().Device));
        using PathologyTransformer fitted = _ml.Pathology().SupervisedFineTuning(TinyCheckpoint.SftOptions())
            .Fit(TinyCheckpoint.Rows("Sft"));
        using PathologyTransformer opened = _ml.Pathology().Pretrained(TinyCheckpoint.Folder, new PathologyModelOptions { Device = "cpu" });
        Assert.Equal((DeviceType.CPU, DeviceType.CPU), (fitted.Policy.Model.Device.type, opened.Policy.Model.Device.type));
    }

    private void AssertRefused(string name, string accepted)
    {
        foreach (Action open in new Action[]
        {
            () => _ml.Pathology().SupervisedFineTuning(new PathologySftOptions { BaseModel = TinyCheckpoint.Folder, Device = name }),
            () => _ml.Pathology()
                .Grpo(_ml.Pathology().FormatReward(), new GrpoOptions { BaseModel = TinyCheckpoint.Folder, Device = name }),
            () => _ml.Pathology().Pretrained(TinyCheckpoint.Folder, new PathologyModelOptions { Device = name }),
        })
            Assert.Contains($"Device: expected {accepted}, got [{name}]", Assert.Throws<ArgumentOutOfRangeException>(open).Message,
                StringComparison.Ordinal);
    }
}
