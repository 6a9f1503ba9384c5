using Microsoft.ML;
using Microsoft.ML.Data;
using PathVlm.MLNet.Data.Rows;
using PathVlm.MLNet.Persistence;
using PathVlm.MLNet.Training.Grpo.Options;

namespace PathVlm.MLNet.Training.Grpo.Rewards;

/// <summary>
/// Which columns of a reward transformer's output are rewards: vectors of <see cref="float"/> named <c>&lt;Name&gt;Reward</c>.
/// </summary>
internal static class RewardColumns
{
    /// <summary>The reward columns, in the options' order or in that in which the rewards add them.</summary>
    /// <param name="before">Shape of the rollouts.</param>
    /// <param name="after">Shape with what the rewards add.</param>
    /// <param name="wanted">Names from the options; null for all.</param>
    /// <exception cref="ArgumentOutOfRangeException">
    /// A wanted column is missing or no vector of <see cref="float"/>, or there is none.
    /// </exception>
    public static IReadOnlyList<string> Find(SchemaShape before, SchemaShape after, IReadOnlyList<string>? wanted)
    {
        if (wanted is not null)
        {
            foreach (string name in wanted)
                ColumnShape.Vector(name, NumberDataViewType.Single).Find(after, $"{GrpoDefaults.Name}, rewards");
            return wanted;
        }
        string[] found =
            [.. after.Where(column => IsReward(column) && SchemaShapes.Find(before, column.Name) is null).Select(column => column.Name)];
        if (found.Length > 0) return found;
        IEnumerable<string> added = after.Select(column => column.Name).Except(before.Select(column => column.Name));
        throw new ArgumentOutOfRangeException(
            nameof(after), $"{GrpoDefaults.Name}: expected rewards that add a column named <Name>Reward of type Vector<Single>,"
            + $" got [{string.Join(", ", added)}].");
    }

    private static bool IsReward(SchemaShape.Column column) =>
        column.Name.EndsWith(PathologyColumns.Reward, StringComparison.Ordinal) && column.Name != PathologyColumns.Reward
        && column.Kind != SchemaShape.Column.VectorKind.Scalar && column.ItemType.Equals(NumberDataViewType.Single);
}
