using Microsoft.ML;
using PathVlm.MLNet;
using PathVlm.MLNet.Data.Rows;
using PathVlm.MLNet.Evaluation;
using PathVlm.MLNet.Inference.Policies;
using PathVlm.Modeling.Processing.Pictures;
using PathVlm.Serving.Tests.Support;
using PathVlm.Synthesis;
using PathVlm.Testing;
using PuppeteerSharp;

namespace PathVlm.Serving.Tests.Page;

public sealed class PageTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task ThePageLoadsNothingFromElsewhereAndSaysWhatItIsFor()
    {
        await using RunningServer server = await RunningServer.StartAsync();
        using HttpResponseMessage response = await server.Client.GetAsync("/");
        string page = await response.Content.ReadAsStringAsync();
        Assert.Contains(ResearchNotice.Text, page, StringComparison.Ordinal);
        Assert.DoesNotContain("http://", page, StringComparison.Ordinal);
        Assert.DoesNotContain("https://", page, StringComparison.Ordinal);
        string policy = response.Headers.GetValues("Content-Security-Policy").Single();
        Assert.StartsWith("default-src 'none'", policy, StringComparison.Ordinal);
        Assert.Contains("script-src 'sha256-", policy, StringComparison.Ordinal);
    }

    [ChromiumFact]
    public async Task ADroppedTileIsAnsweredWithItsReasoning()
    {
        string embedded = Path.Combine(ReferenceSet.Repository, "data", "base");
        await using RunningServer server = await RunningServer.StartAsync(checkpoint: embedded, tokens: 96, key: "secret");
        await using IBrowser browser = await Puppeteer.LaunchAsync(new LaunchOptions
        {
            Headless = true, ExecutablePath = ChromiumFactAttribute.Program, Args = ["--no-sandbox", "--disable-dev-shm-usage"],
        });
        await using IPage page = await browser.NewPageAsync();
        List<string> faults = [];
        page.Console += (_, message) =>
        {
            if (message.Message.Type == ConsoleType.Error && !message.Message.Text.Contains("401", StringComparison.Ordinal))
                faults.Add(message.Message.Text);
        };
        page.PageError += (_, fault) => faults.Add(fault.Message);
        await page.SetViewportAsync(new ViewPortOptions { Width = 1000, Height = 640 });
        await page.GoToAsync(server.Server.Address.ToString());
        await page.WaitForSelectorAsync("#keyed:not([hidden])");
        await page.TypeAsync("#key", "secret");
        PathologyRow row = DrawnRow();
        await DropAsync(page, PictureFile.EncodePng(row.RequiredPicture));
        await page.EvaluateExpressionAsync("document.getElementById('question').value = ''");
        await page.TypeAsync("#question", row.Question.Question);
        await page.TypeAsync("#options", string.Join('\n', row.Question.Options.Select(option => option[3..])));
        await page.ClickAsync("#ask");
        await page.WaitForFunctionAsync("() => document.getElementById('status').textContent === 'done'");
        PathologyAnswer expected = server.Model.Policy.Answer([row])[0];
        Assert.Equal(expected.Reasoning, await TextOf(page, "reasoning"));
        Assert.Contains($"<answer>{await TextOf(page, "answer")}</answer>", expected.Response, StringComparison.Ordinal);
        Assert.Empty(faults);
        string file = Environment.GetEnvironmentVariable("PATHVLM_SCREENSHOTS") is { Length: > 0 } kept
            ? Path.Combine(kept, "serve-page.png") : _folder.PathOf("page.png");
        await page.EvaluateExpressionAsync("document.getElementById('keyed').hidden = true");
        await page.ScreenshotAsync(file, new ScreenshotOptions { FullPage = true });
        Assert.True(PictureFile.Decode(file).Width >= 1000);
    }

    private PathologyRow DrawnRow()
    {
        SyntheticPathologySet.Write(
            _folder.PathOf("set"), new SyntheticSetOptions { SftCount = 1, RlCount = 1, TestCount = 1, OutOfDomainCount = 0 });
        PathologyDataView rows = new MLContext().Pathology().Data.LoadPathMmu(_folder.PathOf("set"));
        return PathologyRows.Read(rows, PathologyRowNeeds.Image).First();
    }

    private static async Task DropAsync(IPage page, byte[] png) => await page.EvaluateFunctionAsync(
        """
        async base64 => {
          const bytes = Uint8Array.from(atob(base64), letter => letter.charCodeAt(0));
          const data = new DataTransfer();
          data.items.add(new File([bytes], "tile.png", { type: "image/png" }));
          document.getElementById("drop").dispatchEvent(new DragEvent("drop", { dataTransfer: data, bubbles: true }));
        }
        """,
        Convert.ToBase64String(png));

    private static Task<string> TextOf(IPage page, string id) =>
        page.EvaluateFunctionAsync<string>("id => document.getElementById(id).textContent", id);
}
