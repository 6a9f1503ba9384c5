using System.Runtime.Versioning;
using PathVlm.MLNet.Judging.Panel;
using PathVlm.MLNet.Judging.Records;
using PathVlm.Testing;

namespace PathVlm.MLNet.Tests.Rewards.Judging;

/// <summary>What opening a record does to a file that stands there.</summary>
public sealed class ReviewRecordTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("pathvlm-record").FullName;

    private string RecordFile => Path.Combine(_folder, "reviews.jsonl");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData("notes of an afternoon")]
    [InlineData("{\"a\":1}")]
    [InlineData("{\"tide\":\"2026")]
    [InlineData("\0\0\0\0")]
    public async Task AFileThatIsNoRecordIsRefusedByNameAndLeftAsItIs(string content)
    {
        await File.WriteAllTextAsync(RecordFile, content);
        InvalidDataException error = Assert.Throws<InvalidDataException>(() => ReviewRecord.Open(RecordFile));
        Assert.StartsWith($"{RecordFile}: is no record of reviews", error.Message, StringComparison.Ordinal);
        Assert.Throws<InvalidDataException>(() => new RecordedJudge(RecordFile));
        Assert.Equal(content, await File.ReadAllTextAsync(RecordFile));
    }

    [Theory]
    [InlineData("")]
    [InlineData("{\"t")]
    [InlineData("{\"time\":\"2026-11-24T12:00")]
    public async Task AFirstLineCutByACrashIsTakenOff(string content)
    {
        await File.WriteAllTextAsync(RecordFile, content);
        using (ReviewRecord record = ReviewRecord.Open(RecordFile)) Assert.Empty(record.Lines);
        Assert.Equal(0, new FileInfo(RecordFile).Length);
    }

    [Fact]
    public async Task AFlippedBitOfAnyLineIsFoundTheLastOnesToo()
    {
        using (ReviewPanel panel = new(new CountingJudge(), new ReviewPanelOptions { RecordFile = RecordFile }))
            await panel.ReviewAsync([JudgeFixture.Request(), JudgeFixture.Request(chosen: "A")], default);
        byte[] good = await File.ReadAllBytesAsync(RecordFile);
        Random random = new(20261127);
        for (int round = 0; round < 200; round++)
        {
            byte[] flipped = [.. good];
            int place = random.Next(good.Length - 1);
            if (flipped[place] == (byte)'\n') continue;
            flipped[place] ^= (byte)(1 << random.Next(3));
            await File.WriteAllBytesAsync(RecordFile, flipped);
            Assert.Throws<InvalidDataException>(() => new RecordedJudge(RecordFile));
        }
    }

    [UnixFact("file modes"), UnsupportedOSPlatform("windows")]
    public async Task ARecordThatOthersCouldReadIsTheOwnersAloneOnceItIsOpened()
    {
        using (ReviewPanel panel = new(new CountingJudge(), new ReviewPanelOptions { RecordFile = RecordFile }))
            await panel.ReviewAsync([JudgeFixture.Request()], default);
        const UnixFileMode Owner = UnixFileMode.UserRead | UnixFileMode.UserWrite,
            Everybody = Owner | UnixFileMode.GroupRead | UnixFileMode.OtherRead;
        File.SetUnixFileMode(RecordFile, Everybody);
        ReviewRecord.Open(RecordFile).Dispose();
        Assert.Equal(Owner, File.GetUnixFileMode(RecordFile));

        string notes = Path.Combine(_folder, "notes.txt");
        await File.WriteAllTextAsync(notes, "notes");
        File.SetUnixFileMode(notes, Everybody);
        Assert.Throws<InvalidDataException>(() => ReviewRecord.Open(notes));
        Assert.Equal(Everybody, File.GetUnixFileMode(notes));
    }
}
