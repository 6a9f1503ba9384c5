using CsCheck;

namespace PathVlm.Fuzzing.Tests;

/// <summary>
/// Every reader of a file from outside reads a damaged file or refuses it in its own words. The draws of the short run are fixed; a longer
/// one with draws of its own is run with <c>CsCheck_Time</c>, in seconds a reader (docs/reliability.md). What it finds becomes a
/// test of its own.
/// </summary>
public sealed class FuzzTests
{
    private const int ShortRun = 300;
    private const uint Seed = 20261127;
    private static readonly string? LongRun = Environment.GetEnvironmentVariable("CsCheck_Time");

    private static readonly Gen<Mutation[]> Mutations = Gen.Select(
        Gen.Int[0, (int)MutationKind.Replace], Gen.Double[0, 1], Gen.Int[0, 64], Gen.Byte,
        (kind, place, length, value) => new Mutation((MutationKind)kind, place, length, value)).Array[1, 6];

    public static TheoryData<string> Targets => [.. FuzzTargets.All.Select(target => target.Name)];

    [Theory]
    [MemberData(nameof(Targets))]
    public void AWholeFileIsRead(string name)
    {
        FuzzTarget target = FuzzTargets.Named(name);
        Assert.All(target.Corpus, target.Read);
    }

    [Theory]
    [MemberData(nameof(Targets))]
    public void ADamagedFileIsReadOrRefused(string name)
    {
        FuzzTarget target = FuzzTargets.Named(name);
        Gen<(byte[] File, Mutation[] Mutations)> files = Gen.Select(Gen.Int[0, target.Corpus.Count - 1], Mutations)
            .Select((index, mutations) => (mutations.Aggregate(target.Corpus[index], (file, mutation) => mutation.Apply(file)), mutations));
        if (LongRun is not null)
        {
            files.Sample(file => Require(target, file), threads: 1);
            return;
        }

        PCG draws = new(1, Seed);
        for (int run = 0; run < ShortRun; run++) Require(target, files.Generate(draws, null, out _));
    }

    private static void Require(FuzzTarget target, (byte[] File, Mutation[] Mutations) drawn)
    {
        if (target.FaultOn(drawn.File) is { } fault)
            Assert.Fail($"{target.Name}: {string.Join(", ", drawn.Mutations)}\n{Convert.ToBase64String(drawn.File)}\n{fault}");
    }
}
