using PathVlm.MLNet.Data.Rows;

namespace PathVlm.MLNet.Answers;

/// <summary>What is wrong with a row's options or answer.</summary>
/// <param name="Field">The column: <see cref="PathologyColumns.Options"/> or <see cref="PathologyColumns.Answer"/>.</param>
/// <param name="Message">What was found and what is taken, without the row's name.</param>
/// <param name="Blocking">
/// Whether the row cannot be used at all (an answer that is no option, an option without text). Otherwise it is only unfit for training:
/// labels with a gap, texts that repeat.
/// </param>
public sealed record OptionFault(string Field, string Message, bool Blocking);
