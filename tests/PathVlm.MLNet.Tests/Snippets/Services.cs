// <snippet>
using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;
// </snippet>

namespace PathVlm.MLNet.Tests.Snippets;

internal static class Services
{
    public static async Task Run()
    {
        // <snippet>
        var services = new ServiceCollection(); // in a web program: builder.Services
        services.AddPathology("data/base", options => options.Chat.Batch.RowLimit = 16); // namespace PathVlm.MLNet

        await using ServiceProvider provider = services.BuildServiceProvider();
        IChatClient client = provider.GetRequiredService<IChatClient>();
        ChatMessage question = new(ChatRole.User,
        [
            new DataContent(await File.ReadAllBytesAsync("tile.png"), "image/png"),
            new TextContent("Which finding is shown?\nA) keratin pearl\nB) psammoma body"),
        ]);
        ChatResponse response = await client.GetResponseAsync([question], new ChatOptions { MaxOutputTokens = 96 });
        Console.WriteLine(response.Text);
        // </snippet>
        Assert.NotNull(response.Usage);
    }
}
