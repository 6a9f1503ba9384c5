namespace PathVlm.MLNet.Evaluation;

/// <summary>Matches the rows of two evaluations and refuses what does not match.</summary>
internal static class RowPairing
{
    /// <summary>For each row of the first its partner in the second: by Id where Ids are unique, else by place.</summary>
    /// <exception cref="ArgumentException">The two are not about the same rows.</exception>
    public static IReadOnlyList<EvaluatedRow> Partners(IReadOnlyList<EvaluatedRow> first, IReadOnlyList<EvaluatedRow> second)
    {
        if (first.Count != second.Count)
            throw new ArgumentException($"second: expected the {first.Count} rows of the first, got {second.Count} rows", nameof(second));
        bool unique = second.Select(row => row.Id).Distinct().Count() == second.Count
            && first.Select(row => row.Id).Distinct().Count() == first.Count;
        Dictionary<string, EvaluatedRow>? byId = unique ? second.ToDictionary(row => row.Id) : null;
        var partners = new EvaluatedRow[first.Count];
        for (int index = 0; index < partners.Length; index++)
        {
            EvaluatedRow row = first[index];
            EvaluatedRow? partner = byId is null ? second[index] : byId.GetValueOrDefault(row.Id);
            if (partner is null || partner.Id != row.Id)
                throw new ArgumentException(
                    $"second: expected row [{row.Id}] of the first{(unique ? "" : " at the same place")}, got none", nameof(second));
            if (partner.Answer != row.Answer)
                throw new ArgumentException(
                    $"second, row [{row.Id}]: expected the standard answer [{row.Answer}] of the first, got [{partner.Answer}]",
                    nameof(second));
            partners[index] = partner;
        }
        return partners;
    }
}
