using Microsoft.ML;
using Microsoft.ML.Transforms.Image;
using PathVlm.MLNet.Views;
using PathVlm.Modeling.Processing.Pictures;

namespace PathVlm.MLNet.Data.Rows;

/// <summary>The columns of a view over questions.</summary>
internal static class QuestionColumns
{
    /// <summary>The columns; <see cref="PathologyColumns.Stage"/> only where a question names a stage, and
    /// <see cref="PathologyColumns.Group"/> only where one names a group.</summary>
    public static MappedColumns<PathologyQuestion> Of(IReadOnlyList<PathologyQuestion> questions)
    {
        List<ViewColumn<PathologyQuestion>> columns =
        [
            ViewColumn.Text<PathologyQuestion>(PathologyColumns.Id, question => question.Id),
            PictureColumn.Of<PathologyQuestion>(new ImageDataViewType(), Decode),
            ViewColumn.Text<PathologyQuestion>(PathologyColumns.ImagePath, question => question.ImagePath),
            ViewColumn.Text<PathologyQuestion>(PathologyColumns.Question, question => question.Question),
            ViewColumn.Texts<PathologyQuestion>(PathologyColumns.Options, question => question.Options),
            ViewColumn.Text<PathologyQuestion>(PathologyColumns.Answer, question => question.Answer),
            ViewColumn.Text<PathologyQuestion>(PathologyColumns.Explanation, question => question.Explanation),
            ViewColumn.Text<PathologyQuestion>(PathologyColumns.Subset, question => question.Subset),
        ];
        if (questions.Any(question => question.Stage is not null))
            columns.Add(ViewColumn.Text<PathologyQuestion>(PathologyColumns.Stage, question => question.Stage ?? ""));
        if (questions.Any(question => question.Group.Length > 0))
            columns.Add(ViewColumn.Text<PathologyQuestion>(PathologyColumns.Group, question => question.Group));
        return MappedColumns<PathologyQuestion>.Append(new DataViewSchema.Builder().ToSchema(), columns);
    }

    /// <summary>A question's picture, decoded from its file.</summary>
    /// <exception cref="InvalidDataException">There is none, or it cannot be read; the message names the row.</exception>
    public static RgbPicture Decode(PathologyQuestion question)
    {
        if (question.ImagePath.Length == 0)
            throw new InvalidDataException($"row [{question.Id}]: column [{PathologyColumns.ImagePath}] is empty, so there is no picture");
        try
        {
            return PictureFile.Decode(question.ImagePath);
        }
        catch (Exception fault) when (fault is InvalidDataException or IOException or UnauthorizedAccessException)
        {
            throw new InvalidDataException($"row [{question.Id}], column [{PathologyColumns.Image}]: {fault.Message}", fault);
        }
    }
}
