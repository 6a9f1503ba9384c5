namespace PathVlm.Synthesis.Findings;

/// <summary>All findings. Real morphology in plain words; a drawing exercise, not a textbook, and not for diagnosis.</summary>
internal static class FindingCatalog
{
    /// <summary>The findings, in the order that tiles go through them.</summary>
    public static IReadOnlyList<Finding> All { get; } = [.. Epithelial(), .. SoftTissue(), .. Lymphoid(), .. Inflammatory()];

    /// <summary>The finding of a name.</summary>
    public static Finding Named(string name) => All.First(finding => finding.Name == name);

    private static Finding[] Epithelial() =>
    [
        new()
        {
            Name = "keratin pearls", Group = "Epithelial", Diagnosis = "squamous cell carcinoma", Malignant = true,
            Features = ["concentric pink layers of keratin", "pink whorls inside squamous nests"],
            PlainWords = "round pink onions in cell islands", Cells = "squamous cells", Marker = "p40",
            Criterion = "keratin pearls prove squamous differentiation", Absence = "keratin is missing",
            LookAlikes = ["psammoma bodies", "granulomas", "rosettes"], Paint = EpithelialPainters.KeratinPearls,
        },
        new()
        {
            Name = "signet-ring cells", Group = "Epithelial", Diagnosis = "signet-ring carcinoma", Malignant = true,
            Features = ["clear vacuoles pushing nuclei aside", "crescent nuclei at cell edges"],
            PlainWords = "small empty bubbles with a dark edge", Cells = "mucin cells", Marker = "mucicarmine",
            Criterion = "intracellular mucin defines signet-ring cells", Absence = "mucin vacuoles are missing",
            LookAlikes = ["fat cells", "plasma cells", "lacunae"], Paint = EpithelialPainters.SignetRings,
        },
        new()
        {
            Name = "psammoma bodies", Group = "Epithelial", Diagnosis = "papillary carcinoma", Malignant = true,
            Features = ["concentric purple calcified spheres", "laminated dark blue bodies"],
            PlainWords = "round purple onions among small cells", Cells = "papillary cells", Marker = "thyroglobulin",
            Criterion = "laminated calcium marks papillary growth", Absence = "calcified spheres are missing",
            LookAlikes = ["keratin pearls", "rosettes", "lacunae"], Paint = EpithelialPainters.PsammomaBodies,
        },
        new()
        {
            Name = "glands", Group = "Epithelial", Diagnosis = "adenocarcinoma", Malignant = true,
            Features = ["round lumens lined by tall cells", "open spaces with nuclear rims"],
            PlainWords = "white holes with a wall of cells", Cells = "columnar cells", Marker = "CK20",
            Criterion = "gland formation defines adenocarcinoma", Absence = "open lumens are missing",
            LookAlikes = ["rosettes", "fat cells", "keratin pearls"], Paint = EpithelialPainters.Glands,
        },
    ];

    private static Finding[] SoftTissue() =>
    [
        new()
        {
            Name = "mitotic figures", Group = "SoftTissue", Diagnosis = "high-grade sarcoma", Malignant = true,
            Features = ["dark irregular chromosome plates", "paired plates in clear cells"],
            PlainWords = "large uneven cells with black bars", Cells = "dividing cells", Marker = "Ki-67",
            Criterion = "frequent mitoses define high grade", Absence = "mitoses are missing",
            LookAlikes = ["neutrophils", "plasma cells", "owl-eye cells"], Paint = SoftTissuePainters.Mitoses,
        },
        new()
        {
            Name = "spindle bundles", Group = "SoftTissue", Diagnosis = "leiomyoma", Malignant = false,
            Features = ["parallel bundles of long nuclei", "waving fascicles of slender cells"],
            PlainWords = "thin dark lines that run together", Cells = "smooth muscle cells", Marker = "desmin",
            Criterion = "fascicles of spindle cells define leiomyoma", Absence = "long fascicles are missing",
            LookAlikes = ["palisades", "mitotic figures", "necrotic debris"], Paint = SoftTissuePainters.Spindles,
        },
        new()
        {
            Name = "palisades", Group = "SoftTissue", Diagnosis = "schwannoma", Malignant = false,
            Features = ["nuclear rows facing pink gaps", "aligned nuclei around empty bands"],
            PlainWords = "dark fences with pink stripes between", Cells = "Schwann cells", Marker = "S100",
            Criterion = "palisaded nuclei define schwannoma", Absence = "nuclear rows are missing",
            LookAlikes = ["spindle bundles", "rosettes", "glands"], Paint = SoftTissuePainters.Palisades,
        },
        new()
        {
            Name = "fat cells", Group = "SoftTissue", Diagnosis = "lipoma", Malignant = false,
            Features = ["large empty cells with thin walls", "white vacuoles and flat nuclei"],
            PlainWords = "a net of big white bubbles", Cells = "adipocytes", Marker = "perilipin",
            Criterion = "mature fat cells define lipoma", Absence = "fat vacuoles are missing",
            LookAlikes = ["signet-ring cells", "glands", "lacunae"], Paint = SoftTissuePainters.Adipocytes,
        },
        new()
        {
            Name = "lacunae", Group = "SoftTissue", Diagnosis = "chondroma", Malignant = false,
            Features = ["cells in halos within blue matrix", "pale rings around matrix cells"],
            PlainWords = "small eyes in a smooth blue ground", Cells = "chondrocytes", Marker = "SOX9",
            Criterion = "matrix with single cells defines cartilage", Absence = "blue matrix is missing",
            LookAlikes = ["signet-ring cells", "fat cells", "amyloid deposits"], Paint = SoftTissuePainters.Cartilage,
        },
        new()
        {
            Name = "rosettes", Group = "SoftTissue", Diagnosis = "neuroblastoma", Malignant = true,
            Features = ["dark nuclei ringed around fibrils", "nuclear wreaths with pink cores"],
            PlainWords = "dark wreaths with a pink middle", Cells = "neuroblasts", Marker = "synaptophysin",
            Criterion = "rosettes prove neuroblastic differentiation", Absence = "pink cores are missing",
            LookAlikes = ["glands", "keratin pearls", "lymphocyte sheets"], Paint = SoftTissuePainters.Rosettes,
        },
    ];

    private static Finding[] Lymphoid() =>
    [
        new()
        {
            Name = "lymphocyte sheets", Group = "Lymphoid", Diagnosis = "small cell lymphoma", Malignant = true,
            Features = ["dense sheets of small round nuclei", "crowded dark nuclei in sheets"],
            PlainWords = "dark dots side by side", Cells = "small lymphocytes", Marker = "CD20",
            Criterion = "monotonous small cells define this lymphoma", Absence = "dense sheets are missing",
            LookAlikes = ["owl-eye cells", "neutrophils", "plasma cells"], Paint = LymphoidPainters.LymphocyteSheets,
        },
        new()
        {
            Name = "owl-eye cells", Group = "Lymphoid", Diagnosis = "Hodgkin lymphoma", Malignant = true,
            Features = ["large paired nuclei with big nucleoli", "giant cells among small lymphocytes"],
            PlainWords = "a pair of big eyes between dark dots", Cells = "Reed-Sternberg cells", Marker = "CD30",
            Criterion = "Reed-Sternberg cells define Hodgkin lymphoma", Absence = "paired nuclei are missing",
            LookAlikes = ["lymphocyte sheets", "mitotic figures", "granulomas"], Paint = LymphoidPainters.ReedSternberg,
        },
        new()
        {
            Name = "plasma cells", Group = "Lymphoid", Diagnosis = "plasmacytoma", Malignant = true,
            Features = ["eccentric nuclei in purple cytoplasm", "oval cells with perinuclear halos"],
            PlainWords = "purple eggs with the dark spot on one side", Cells = "plasmacytes", Marker = "CD138",
            Criterion = "sheets of plasma cells define plasmacytoma", Absence = "eccentric nuclei are missing",
            LookAlikes = ["lymphocyte sheets", "signet-ring cells", "neutrophils"], Paint = LymphoidPainters.PlasmaCells,
        },
    ];

    private static Finding[] Inflammatory() =>
    [
        new()
        {
            Name = "granulomas", Group = "Inflammatory", Diagnosis = "tuberculosis", Malignant = false,
            Features = ["pale nodules with lymphocyte rims", "epithelioid cells around giant cells"],
            PlainWords = "a pale island in a dark ring", Cells = "epithelioid cells", Marker = "acid-fast stain",
            Criterion = "epithelioid nodules define granulomas", Absence = "pale nodules are missing",
            LookAlikes = ["keratin pearls", "owl-eye cells", "necrotic debris"], Paint = InflammatoryPainters.Granuloma,
        },
        new()
        {
            Name = "neutrophils", Group = "Inflammatory", Diagnosis = "acute inflammation", Malignant = false,
            Features = ["many cells with lobed nuclei", "segmented nuclei in pale cells"],
            PlainWords = "dark crumbs in threes and fours", Cells = "granulocytes", Marker = "myeloperoxidase",
            Criterion = "neutrophils define acute inflammation", Absence = "lobed nuclei are missing",
            LookAlikes = ["lymphocyte sheets", "plasma cells", "mitotic figures"], Paint = InflammatoryPainters.Neutrophils,
        },
        new()
        {
            Name = "necrotic debris", Group = "Inflammatory", Diagnosis = "infarct", Malignant = false,
            Features = ["smudged pink ghosts of cells", "nuclear dust in pink ruins"],
            PlainWords = "a pink blur with dark dust", Cells = "dead cells", Marker = "complement C9",
            Criterion = "coagulated ghosts define infarcts", Absence = "pink ghosts are missing",
            LookAlikes = ["amyloid deposits", "neutrophils", "spindle bundles"], Paint = InflammatoryPainters.Necrosis,
        },
        new()
        {
            Name = "amyloid deposits", Group = "Inflammatory", Diagnosis = "amyloidosis", Malignant = false,
            Features = ["glassy pink deposits in stroma", "smooth pink lakes among nuclei"],
            PlainWords = "smooth pink patches split by lines", Cells = "amyloid fibrils", Marker = "Congo red",
            Criterion = "glassy stroma deposits define amyloid", Absence = "glassy deposits are missing",
            LookAlikes = ["necrotic debris", "keratin pearls", "lacunae"], Paint = InflammatoryPainters.Amyloid,
        },
    ];
}
