namespace PathVlm.Synthesis.OtherModalities;

/// <summary>The four modalities that stand for what the model was not fine-tuned on, and what their pictures can show.</summary>
internal static class ModalityCatalog
{
    /// <summary>The modalities, as OmniMedVQA writes them.</summary>
    public static IReadOnlyList<string> Modalities { get; } =
        ["CT(Computed Tomography)", "Dermoscopy", "Fundus Photography", "OCT (Optical Coherence Tomography)"];

    /// <summary>All findings; several in each modality.</summary>
    public static IReadOnlyList<ModalityFinding> All { get; } =
    [
        new(Modalities[0], "normal lungs", "two clear dark lungs", (raster, random) =>
            ChestCtPainter.Paint(raster, random, ChestCtFinding.Normal)),
        new(Modalities[0], "lung nodule", "a round white nodule in the lung", (raster, random) =>
            ChestCtPainter.Paint(raster, random, ChestCtFinding.Nodule)),
        new(Modalities[0], "pleural effusion", "grey fluid behind the lung", (raster, random) =>
            ChestCtPainter.Paint(raster, random, ChestCtFinding.Effusion)),
        new(Modalities[0], "pneumonia", "a cloudy patch in the lung", (raster, random) =>
            ChestCtPainter.Paint(raster, random, ChestCtFinding.Consolidation)),
        new(Modalities[1], "nevus", "an even round brown spot", (raster, random) =>
            DermoscopyPainter.Paint(raster, random, DermoscopyFinding.Nevus)),
        new(Modalities[1], "melanoma", "an uneven spot of many colours", (raster, random) =>
            DermoscopyPainter.Paint(raster, random, DermoscopyFinding.Melanoma)),
        new(Modalities[1], "basal cell carcinoma", "a pink spot with branching vessels", (raster, random) =>
            DermoscopyPainter.Paint(raster, random, DermoscopyFinding.BasalCell)),
        new(Modalities[1], "angioma", "red lakes side by side", (raster, random) =>
            DermoscopyPainter.Paint(raster, random, DermoscopyFinding.Angioma)),
        new(Modalities[2], "normal fundus", "a bright disc with clear vessels", (raster, random) =>
            FundusPainter.Paint(raster, random, FundusFinding.Normal)),
        new(Modalities[2], "diabetic retinopathy", "dark red spots on the retina", (raster, random) =>
            FundusPainter.Paint(raster, random, FundusFinding.Haemorrhages)),
        new(Modalities[2], "macular degeneration", "many yellow spots at the macula", (raster, random) =>
            FundusPainter.Paint(raster, random, FundusFinding.Drusen)),
        new(Modalities[2], "glaucoma", "a disc with a large white cup", (raster, random) =>
            FundusPainter.Paint(raster, random, FundusFinding.Cupping)),
        new(Modalities[3], "normal retina", "even layers with a pit", (raster, random) =>
            OctPainter.Paint(raster, random, OctFinding.Normal)),
        new(Modalities[3], "macular edema", "black holes within the layers", (raster, random) =>
            OctPainter.Paint(raster, random, OctFinding.Edema)),
        new(Modalities[3], "drusen", "bumps under the layers", (raster, random) => OctPainter.Paint(raster, random, OctFinding.Drusen)),
        new(Modalities[3], "retinal detachment", "a dark gap under the layers", (raster, random) =>
            OctPainter.Paint(raster, random, OctFinding.Detachment)),
    ];
}
