namespace PathVlm.Serving.Protocol;

/// <summary>A request that is refused, with what its sender is told.</summary>
/// <param name="status">The HTTP status.</param>
/// <param name="message">What was expected and what was found.</param>
/// <param name="parameter">The field that it is about; null for none.</param>
/// <param name="code">A word for programs; null for none.</param>
internal sealed class RequestFaultException(int status, string message, string? parameter = null, string? code = null) : Exception(message)
{
    /// <summary>The HTTP status.</summary>
    public int Status => status;

    /// <summary>The field that it is about.</summary>
    public string? Parameter => parameter;

    /// <summary>A word for programs.</summary>
    public string? Code => code;
}
