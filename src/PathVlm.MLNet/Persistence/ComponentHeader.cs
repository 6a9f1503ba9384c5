namespace PathVlm.MLNet.Persistence;

/// <summary>First thing a component writes (entry <c>Component.json</c>): which class it is and in which version.</summary>
/// <param name="Component">Name of <see cref="PersistedComponentAttribute"/>.</param>
/// <param name="Version">Version of the component's entries.</param>
internal sealed record ComponentHeader(string Component, int Version);
