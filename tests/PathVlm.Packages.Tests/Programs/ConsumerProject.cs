using PathVlm.Packages.Tests.Support;

namespace PathVlm.Packages.Tests.Programs;

/// <summary>A program that knows the packages alone, as its author writes it.</summary>
internal static class ConsumerProject
{
    private const string Program =
        """
        using Microsoft.ML;
        using Microsoft.ML.Data;
        using PathVlm.MLNet;
        using PathVlm.MLNet.Data.Rows;
        using PathVlm.MLNet.Inference.Answering;
        using PathVlm.MLNet.Training.Grpo.Options;
        using PathVlm.MLNet.Training.Sft;
        using PathVlm.Synthesis;

        var ml = new MLContext(seed: 17);
        var pathology = ml.Pathology();
        if (args[0] == "train")
        {
            pathology.Data.Synthesize("data", new SyntheticSetOptions { SftCount = 8, RlCount = 4, TestCount = 4, OutOfDomainCount = 0 });
            var rows = pathology.Data.LoadPathMmu("data");
            var staged = pathology.Data.SplitByFractions(rows, sft: 0.5, rl: 0.25, test: 0.25);
            var outcome = pathology.FormatReward().Append(pathology.AccuracyReward());
            var pipeline = pathology.SupervisedFineTuning(new PathologySftOptions
                { BaseModel = EmbeddedBaseModel.Folder, MaxSteps = 2, LearningRate = 1e-3, MaxCompletionLength = 160 })
                .Append(pathology.Grpo(outcome, new GrpoOptions { MaxSteps = 1, GroupSize = 2, MaxCompletionLength = 24 }));
            using var model = pipeline.Fit(staged);
            ml.Model.Save(model, staged.Schema, "model.zip");
            Show(model);
        }

        Show(ml.Model.Load("model.zip", out _));

        void Show(ITransformer model)
        {
            var rows = pathology.Data.LoadPathMmu("data", splits: ["test"]);
            using var engine = ml.Model.CreatePredictionEngine<PathologyInput, PathologyPrediction>(
                model, new PredictionEngineOptions { OwnsTransformer = false });
            foreach (PathologyQuestion row in rows.Questions)
            {
                using var tile = MLImage.CreateFromFile(row.ImagePath);
                var answer = engine.Predict(new PathologyInput { Image = tile, Question = row.Question, Options = [.. row.Options] });
                Console.WriteLine($"{row.Id}: {answer.Response}");
            }
        }
        """;

    /// <summary>Writes the project into a new folder of the feed's and gives its path.</summary>
    public static string Write(PackageFeed feed)
    {
        string folder = Directory.CreateDirectory(Path.Combine(feed.Work, "consumer")).FullName;
        File.WriteAllText(Path.Combine(folder, "Program.cs"), Program);
        File.WriteAllText(Path.Combine(folder, "consumer.csproj"),
            $"""
            <Project Sdk="Microsoft.NET.Sdk">
              <PropertyGroup>
                <OutputType>Exe</OutputType>
                <TargetFramework>net10.0</TargetFramework>
                <ImplicitUsings>enable</ImplicitUsings>
              </PropertyGroup>
              <ItemGroup>
                <PackageReference Include="PathVlm.Synthesis" Version="{PackageFeed.Version}" />
                <PackageReference Include="TorchSharp-cpu" Version="0.107.0" />
              </ItemGroup>
            </Project>
            """);
        return folder;
    }
}
