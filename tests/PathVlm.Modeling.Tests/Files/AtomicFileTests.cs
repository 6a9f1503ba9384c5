using PathVlm.Modeling.Files;
using PathVlm.Testing;

namespace PathVlm.Modeling.Tests.Files;

public sealed class AtomicFileTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void AFileIsWrittenInAFolderThatIsMade()
    {
        AtomicFile.Write(_folder.PathOf("new", "a.txt"), "text");
        Assert.Equal("text", File.ReadAllText(_folder.PathOf("new", "a.txt")));
        Assert.Equal([_folder.PathOf("new", "a.txt")], Directory.GetFiles(_folder.PathOf("new")));
    }

    [Fact]
    public void AFailureLeavesTheFileBeforeAndNothingElse()
    {
        AtomicFile.Write(_folder.PathOf("a.txt"), "before");
        Assert.Throws<InvalidOperationException>(() => AtomicFile.Write(_folder.PathOf("a.txt"), unfinished =>
        {
            File.WriteAllText(unfinished, "half");
            throw new InvalidOperationException();
        }));
        Assert.Equal("before", File.ReadAllText(_folder.PathOf("a.txt")));
        Assert.Equal([_folder.PathOf("a.txt")], Directory.GetFiles(_folder.Path));
    }

    [Fact]
    public void WhatAnEarlierRunLeftUnfinishedIsWrittenOver()
    {
        File.WriteAllText(_folder.PathOf("a.txt" + AtomicFile.Unfinished), "of a run that was killed, and longer");
        AtomicFile.Write(_folder.PathOf("a.txt"), "new");
        Assert.Equal("new", File.ReadAllText(_folder.PathOf("a.txt")));
        Assert.Equal([_folder.PathOf("a.txt")], Directory.GetFiles(_folder.Path));
    }
}
