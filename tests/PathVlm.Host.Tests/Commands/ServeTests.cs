using System.Diagnostics;
using System.Net;
using System.Text;
using System.Text.Json;
using PathVlm.Host.Faults;
using PathVlm.Host.Tests.Support;
using PathVlm.Testing;

namespace PathVlm.Host.Tests.Commands;

public sealed class ServeTests
{
    [UnixFact("signals")]
    public async Task TheProgramServesPredictsAnswerUntilItIsToldToStop()
    {
        string predicted = (await CommandLine.RunAsync(
            "predict", "--image", Reference.Picture, "--question", "What is shown?", "--option", "keratin pearl", "--option",
            "psammoma body", "--json")).Success();
        using Process process = CommandLine.Start("serve", "--port", "0");
        string? first = await process.StandardOutput.ReadLineAsync();
        Assert.StartsWith("listening: page http://127.0.0.1:", first, StringComparison.Ordinal);
        Uri address = new(first!.Split("page ")[1].Split(',')[0]);
        using HttpClient client = new() { BaseAddress = address };
        string picture = Convert.ToBase64String(await File.ReadAllBytesAsync(Reference.Picture));
        using StringContent body = new(
            "{\"messages\":[{\"role\":\"user\",\"content\":[{\"type\":\"image_url\",\"image_url\":{\"url\":\"data:image/png;base64,"
                + picture + "\"}},{\"type\":\"text\",\"text\":\"What is shown?\\nA) keratin pearl\\nB) psammoma body\"}]}]}",
            Encoding.UTF8, "application/json");
        using HttpResponseMessage response = await client.PostAsync("/v1/chat/completions", body);
        string text = await response.Content.ReadAsStringAsync();
        Assert.True(response.StatusCode == HttpStatusCode.OK, text);
        using JsonDocument reply = JsonDocument.Parse(text), expected = JsonDocument.Parse(predicted);
        Assert.Equal(
            expected.RootElement.GetProperty("response").GetString(),
            reply.RootElement.GetProperty("choices")[0].GetProperty("message").GetProperty("content").GetString());
        using Process kill = Process.Start("kill", ["-TERM", $"{process.Id}"]);
        Outcome outcome = await CommandLine.FinishAsync(process);
        Assert.Equal(ExitCodes.Done, outcome.Code);
        Assert.Contains("served: 1 requests answered, 0 refused, 0 cancelled, 0 failed", outcome.Output, StringComparison.Ordinal);
        Assert.Contains("POST /v1/chat/completions 200", outcome.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("keratin", outcome.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task MistakesAreToldInOneLine()
    {
        (await CommandLine.RunAsync("serve", "--port", "70000")).IsMistake("Port: expected 0 to 65,535, got 70000");
        (await CommandLine.RunAsync("serve", "--address", "0.0.0.0", "--port", "0"))
            .IsMistake("key: expected one where others can reach the address [0.0.0.0]", "PATHVLM_SERVE_KEY");
        (await CommandLine.RunAsync("serve", "--set", "Serve:RowLimit=0")).IsMistake("RowLimit: expected 1 to 4,096, got 0");
        (await CommandLine.RunAsync("serve", "--set", "Serve:Rows=3")).IsMistake("setting [Serve:Rows] does not exist", "RowLimit");
        using System.Net.Sockets.TcpListener taken = new(IPAddress.Loopback, 0);
        taken.Start();
        string port = $"{((IPEndPoint)taken.LocalEndpoint).Port}";
        (await CommandLine.RunAsync("serve", "--port", port)).IsMistake("address already in use");
    }

    [Fact]
    public async Task SettingsAreListedWithTheirDefaults()
    {
        string listed = (await CommandLine.RunAsync("serve", "--print-settings", "--set", "Serve:QueueLimit=9")).Success();
        using JsonDocument settings = JsonDocument.Parse(listed);
        JsonElement serve = settings.RootElement.GetProperty("Serve");
        Assert.Equal((9, 8765), (serve.GetProperty("QueueLimit").GetInt32(), serve.GetProperty("Port").GetInt32()));
    }
}
