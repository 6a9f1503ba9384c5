using PathVlm.Modeling.Native;
using PathVlm.Testing;

namespace PathVlm.Modeling.Tests.Native;

/// <summary>TorchSharp's own library, and bytes that are none.</summary>
public sealed class ElfLibraryTests
{
    private static readonly string Library = NativeFolders.Find(NativeFolders.OfTorchSharp(), LibTorchLoader.TorchSharpLibrary)!;

    [Fact]
    public void TheNeedOfAVersionIsMadeWeakInOneBit()
    {
        byte[] before = File.ReadAllBytes(Library), after = [.. before];
        Assert.True(new ElfLibrary(after, Library).WeakenVersion(LibTorchLoader.NewestVersion));
        int changed = Assert.Single(Enumerable.Range(0, before.Length), index => before[index] != after[index]);
        Assert.Equal(before[changed] | 2, after[changed]);
        Assert.True(new ElfLibrary(after, Library).WeakenVersion(LibTorchLoader.NewestVersion));
    }

    [Fact]
    public void AVersionThatIsNotAskedForChangesNothing()
    {
        byte[] before = File.ReadAllBytes(Library), after = [.. before];
        Assert.False(new ElfLibrary(after, Library).WeakenVersion("GLIBCXX_9.9.9"));
        Assert.Equal(before, after);
    }

    [Fact]
    public void TheSymbolsTakenFromLibTorchAreThoseOfTheList()
    {
        IReadOnlyList<string> found = new ElfLibrary(File.ReadAllBytes(Library), Library).UnversionedNeeds();
        string[] listed = File.ReadAllLines(Path.Combine(ReferenceSet.Repository, "build", "gpu", "symbols.txt"));
        Assert.Equal(listed.Order(StringComparer.Ordinal), found.Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData("")]
    [InlineData("not a library, but long enough to be taken for the header of one, which is 64 bytes")]
    public void OtherBytesAreNamed(string text)
    {
        InvalidDataException fault =
            Assert.Throws<InvalidDataException>(() => new ElfLibrary(System.Text.Encoding.ASCII.GetBytes(text), "/some/lib.so"));
        Assert.Equal("/some/lib.so: expected a 64-bit ELF library, got other bytes.", fault.Message);
    }

    [Fact]
    public void AnyCutOffLibraryIsNamedAsDamaged()
    {
        byte[] whole = File.ReadAllBytes(Library);
        foreach (int length in new[] { 64, 1000, whole.Length / 2 })
        {
            InvalidDataException fault =
                Assert.Throws<InvalidDataException>(() => new ElfLibrary(whole[..length], "/some/lib.so").WeakenVersion("x"));
            Assert.StartsWith("/some/lib.so: a damaged ELF library", fault.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void ADamagedHeaderEndsInAResultOrInThatFaultAlone()
    {
        byte[] whole = File.ReadAllBytes(Library);
        int sections = BitConverter.ToInt32(whole, 0x28);
        Random random = new(3);
        for (int round = 0; round < 200; round++)
        {
            byte[] damaged = [.. whole];
            for (int flip = 0; flip < 8; flip++)
            {
                int place = random.Next(2) == 0 ? random.Next(6, 64) : random.Next(sections, whole.Length);
                damaged[place] = (byte)random.Next(256);
            }

            ElfLibrary library = new(damaged, "/some/lib.so");
            try
            {
                library.WeakenVersion(LibTorchLoader.NewestVersion);
                library.UnversionedNeeds();
            }
            catch (InvalidDataException)
            {
            }
        }
    }
}
