using Microsoft.ML;
using PathVlm.MLNet;
using PathVlm.MLNet.Data.Rows;
using PathVlm.Testing;

namespace PathVlm.Synthesis.Tests;

public sealed class SynthesizeTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly MLContext _ml = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void WhatIsDrawnIsReadBackByTheLoadersAndToldInTheLog()
    {
        List<string> told = [];
        _ml.Log += (_, message) => told.Add(message.RawMessage);
        SyntheticSetSummary summary = _ml.Pathology()
            .Data.Synthesize(_folder.PathOf("set"),
            new SyntheticSetOptions { SftCount = 5, RlCount = 3, TestCount = 4, OutOfDomainCount = 2, TileSize = 56 });
        Assert.Contains(told,
            message => message.Contains($"{summary.PictureCount} drawn tiles, questions: sft 5, rl 3, test 4", StringComparison.Ordinal));
        PathologyDataView rows = _ml.Pathology().Data.LoadPathMmu(_folder.PathOf("set"));
        Assert.Equal(12, rows.Questions.Count);
        Assert.Equal(8, _ml.Pathology().Data.LoadOmniMedVqa(summary.OmniMedVqaFolder!).Questions.Count);
    }

    [Fact]
    public void AnOptionOutOfRangeIsRefusedBeforeAnythingIsWritten()
    {
        string set = _folder.PathOf("set");
        ArgumentOutOfRangeException fault = Assert.Throws<ArgumentOutOfRangeException>(
            () => _ml.Pathology().Data.Synthesize(set, new SyntheticSetOptions { TileSize = 12 }));
        Assert.Contains("TileSize: expected 56 to 448, got 12", fault.Message, StringComparison.Ordinal);
        Assert.False(Directory.Exists(set));
    }
}
