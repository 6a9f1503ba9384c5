using PathVlm.Modeling.Numerics;
using PathVlm.Synthesis.Drawing;

namespace PathVlm.Synthesis.OtherModalities;

/// <summary>Draws a picture of another modality on three planes: red, green, blue, 0 to 1.</summary>
internal delegate void ModalityPainter(Raster raster, SeededRandom random);

/// <summary>Something a picture of another modality shows.</summary>
/// <param name="Modality">The modality, as OmniMedVQA writes it.</param>
/// <param name="Name">The finding, as an option reads.</param>
/// <param name="Words">What is seen, as a caption puts it.</param>
/// <param name="Paint">How it is drawn.</param>
internal sealed record ModalityFinding(string Modality, string Name, string Words, ModalityPainter Paint);
