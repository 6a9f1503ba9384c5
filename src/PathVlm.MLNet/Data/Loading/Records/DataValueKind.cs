namespace PathVlm.MLNet.Data.Loading.Records;

/// <summary>What a <see cref="DataValue"/> is.</summary>
public enum DataValueKind
{
    /// <summary>Nothing.</summary>
    Null,

    /// <summary>A text.</summary>
    Text,

    /// <summary>A number, as it is written.</summary>
    Number,

    /// <summary>True or false.</summary>
    Boolean,

    /// <summary>A list of values.</summary>
    List,

    /// <summary>Named values.</summary>
    Object,

    /// <summary>Bytes, such as those of a picture's file.</summary>
    Bytes,
}
