namespace PathVlm.MLNet.Judging.Rubric;

/// <summary>The word lists of the rubric judge. Stems match from a word's beginning ("nucle": nuclei, nucleus, nucleoli).</summary>
internal static class RubricTerms
{
    /// <summary>Stems of what a section or picture can show.</summary>
    internal static readonly IReadOnlyList<string> VisibleThings =
    [
        "cell", "nucle", "chromatin", "cytoplasm", "membrane", "gland", "lumen", "lumina", "epitheli", "stroma", "keratin", "pearl",
        "whorl",
        "vacuole", "mucin", "calcif", "lamell", "psammoma", "mitos", "mitotic", "granuloma", "histiocyt", "giant", "lymph", "plasma",
        "necro", "ghost", "fibro", "collagen", "vessel", "inflamm", "crypt", "papill", "duct", "acin", "signet", "bod", "chromosome",
        "plate",
        "spindle", "debris", "ring", "layer", "sheet", "nest", "cluster", "outline", "lesion", "pigment", "opacity", "nodule", "disc",
        "macula",
        "retina", "consolidation", "pattern", "background", "tissue", "field", "eosin", "haematoxylin", "hematoxylin", "stain",
    ];

    /// <summary>Words by which a sentence says that something is seen.</summary>
    internal static readonly IReadOnlyList<string> ObservationCues =
    [
        "show", "shows", "showing", "shown", "see", "seen", "visible", "contain", "contains", "containing", "hold", "holds", "has", "have",
        "there is", "there are", "with", "lie", "lies", "lined", "line", "surround", "surrounds", "surrounded", "fill", "fills", "filled",
        "arranged", "form", "forms", "appear", "appears", "push", "pushes", "pushed", "crowd", "crowded", "is", "are", "reveals",
        "display", "displays",
    ];

    /// <summary>Words by which a sentence rejects an option.</summary>
    internal static readonly IReadOnlyList<string> Rejections =
    [
        "not", "rules out", "rule out", "ruled out", "exclude", "excludes", "excluded", "excluding", "unlike", "rather than", "instead of",
        "argues against", "argue against", "against", "without", "no", "lacks", "lack", "lacking", "absent", "missing", "cannot be",
        "unlikely",
        "does not fit", "do not fit", "would need", "would show", "would have", "can be dismissed",
    ];

    /// <summary>Words by which a sentence states a criterion or an association.</summary>
    internal static readonly IReadOnlyList<string> KnowledgeCues =
    [
        "is defined", "are defined", "definition", "criterion", "criteria", "hallmark", "characteristic of", "characteristically",
        "typical of",
        "typically", "diagnostic of", "diagnostic for", "pathognomonic", "by definition", "is known", "are known", "indicates", "indicate",
        "is a sign of", "are a sign of", "is the sign of", "arises from", "arise from", "is caused by", "are caused by", "derives from",
        "always", "classically", "means",
    ];

    /// <summary>Pairs that no sound sentence joins.</summary>
    internal static readonly IReadOnlyList<(string Subject, string Claim)> FalseClaims =
    [
        ("keratin", "glandular origin"), ("signet-ring", "squamous"), ("psammoma", "made of keratin"), ("granuloma", "made of neutrophils"),
        ("necro", "living cells"), ("mitotic figure", "resting cell"), ("lymphocyte", "secretes mucin"), ("gland", "squamous pearls"),
    ];
}
