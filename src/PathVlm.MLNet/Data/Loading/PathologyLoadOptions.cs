using PathVlm.MLNet.Data.Loading.Records;
using PathVlm.MLNet.Data.Rows;
using PathVlm.Modeling.Options;

namespace PathVlm.MLNet.Data.Loading;

/// <summary>How a set is read.</summary>
public sealed class PathologyLoadOptions : IOptionSet
{
    /// <summary>Subsets to take: PathMMU's, OmniMedVQA's modalities, values of the column <c>subset</c>.</summary>
    /// <value>null: all.</value>
    public IReadOnlyCollection<string>? Subsets { get; set; }

    /// <summary>The set's own splits to take, such as <c>val</c>.</summary>
    /// <value>null: all.</value>
    public IReadOnlyCollection<string>? Splits { get; set; }

    /// <summary>The folder that paths of pictures start from; links are followed, paths that leave it are refused.</summary>
    /// <value>null: the folder of the set's file; a picture that is not there is looked for in its folder <c>images</c>.</value>
    public string? ImageFolder { get; set; }

    /// <summary>What is done with rows that cannot be used.</summary>
    /// <value><see cref="RowFaultPolicy.Fail"/>.</value>
    public RowFaultPolicy RowFaults { get; set; }

    /// <summary>The encoding of text files, such as <c>windows-1252</c>.</summary>
    /// <value>null: UTF-8, or what a byte order mark says.</value>
    public string? Encoding { get; set; }

    /// <summary>
    /// Whether every picture is decoded while the set is loaded, so that unreadable and cut ones are faults of their rows.
    /// </summary>
    /// <value>false: a picture is decoded when somebody asks for it.</value>
    public bool CheckPictures { get; set; }

    /// <summary>What is done with questions that have no options.</summary>
    /// <value><see cref="OpenQuestions.Keep"/>.</value>
    public OpenQuestions OpenQuestions { get; set; }

    /// <summary>The question of every row of a folder with a folder of pictures for each class; the classes are the options.</summary>
    /// <value>Which class does this picture show?</value>
    public string ClassQuestion { get; set; } = "Which class does this picture show?";

    /// <summary>The folder that pictures inside a set's files are written to, each once, named by its content.</summary>
    /// <value>null: <c>pathvlm/pictures</c> in the user's folder for local application data.</value>
    public string? PictureCache { get; set; }

    /// <summary>Readers of further kinds of files, such as Parquet.</summary>
    /// <value>None.</value>
    public IReadOnlyList<IRecordReader> Readers { get; set; } = [];

    /// <summary>Stops the check of pictures.</summary>
    /// <value>Never.</value>
    public CancellationToken Cancellation { get; set; }

    /// <summary>A copy.</summary>
    public PathologyLoadOptions Copy() => (PathologyLoadOptions)MemberwiseClone();

    internal PathologyLoadOptions WithImageFolder(string folder)
    {
        PathologyLoadOptions copy = Copy();
        copy.ImageFolder = folder;
        return copy;
    }

    void IOptionSet.AddFaults(OptionFaults faults)
    {
        faults.Require(
            Encoding is null || TextFile.Find(Encoding) is not null, nameof(Encoding), Encoding, "a known encoding, such as windows-1252");
        faults.Require(!string.IsNullOrWhiteSpace(ClassQuestion), nameof(ClassQuestion), ClassQuestion, "a question");
        faults.Require(Readers is not null, nameof(Readers), Readers, "a list of readers, or an empty one");
    }
}
