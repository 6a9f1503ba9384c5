// <snippet>
using Microsoft.ML;
using PathVlm.MLNet.Training.Sft;
// </snippet>

namespace PathVlm.MLNet.Tests.Snippets;

internal static class GoingOn
{
    public static void Run()
    {
        // <snippet>
        var ml = new MLContext(seed: 17);
        var pathology = ml.Pathology(); // namespace PathVlm.MLNet
        IDataView rows = pathology.Data.SplitByFractions(pathology.Data.LoadPathMmu("data/pathmmu"), sft: 0.6, rl: 0.2, test: 0.2);
        var pipeline = pathology.SupervisedFineTuning(new PathologySftOptions
        {
            BaseModel = "data/base",
            MaxSteps = 8,
            OutputFolder = "out/alpha",
            SaveSteps = 2,
            ResumeFrom = "out/alpha", // the first call begins; the same call after a kill goes on
        });
        using var alpha = pipeline.Fit(rows);
        pathology.Save(alpha, rows.Schema, "alpha.zip");
        // </snippet>
    }
}
