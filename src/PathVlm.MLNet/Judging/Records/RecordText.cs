namespace PathVlm.MLNet.Judging.Records;

/// <summary>What a record keeps of texts.</summary>
public enum RecordText
{
    /// <summary>The judge's reply and the quotes.</summary>
    Full,

    /// <summary>Their SHA-256 only.</summary>
    None,
}
