namespace PathVlm.MLNet.Tests.Contract;

/// <summary>A folder of its own for a test, deleted with it.</summary>
internal sealed class TestFolder : IDisposable
{
    private readonly string path = Directory.CreateTempSubdirectory("pathvlm-test-").FullName;

    public string PathOf(string name) => Path.Combine(path, name);

    public void Dispose() => Directory.Delete(path, recursive: true);
}
