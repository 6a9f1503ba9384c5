using Microsoft.ML;

namespace PathVlm.MLNet.Tests.Contract;

/// <summary>A component and data to hold it to ML.NET's contract with.</summary>
internal sealed record ContractCase
{
    public required MLContext ML { get; init; }

    public required IEstimator<ITransformer> Estimator { get; init; }

    /// <summary>Rows it takes.</summary>
    public required IDataView Rows { get; init; }

    /// <summary>Columns it adds.</summary>
    public required string[] Added { get; init; }

    /// <summary>An input column it leaves alone.</summary>
    public required string Untouched { get; init; }

    /// <summary>Rows it refuses, with the message it gives.</summary>
    public required (IDataView Rows, string Message)[] Refused { get; init; }

    /// <summary>Writes the rows where a fresh process can open them.</summary>
    public required Func<string, string> SaveRows { get; init; }

    /// <summary>Whether fitting the refused rows is free of cost (it must throw before training).</summary>
    public string Folder { get; } = Directory.CreateTempSubdirectory("pathvlm-contract-").FullName;
}
