using System.Text.Json.Nodes;
using ChatOps.Bot.Tests.Support;
using ChatOps.Testing.Cluster;
using ChatOps.Testing.Telegram;
using ChatOps.Values;

namespace ChatOps.Bot.Tests.Platforms;

/// <summary>The whole bot on telegram-test-api, an emulator that nobody here wrote.</summary>
public sealed class TelegramTestApiTests(Clusters clusters)
{
    [Fact]
    public async Task A_version_is_asked_for_approved_and_rolled_out_in_one_message()
    {
        Assert.False(!GrammyBot.Installed && Tools.MustBePresent, GrammyBot.HowToGet);
        Assert.SkipUnless(GrammyBot.Installed, GrammyBot.HowToGet);
        var place = await clusters.PlaceAsync("embedded");
        await place.WorkloadsAsync();
        await using var telegram = await TelegramTestApi.StartAsync();
        await using var bot = await StartAsync(place, telegram);
        await telegram.CommandAsync("/deploy shop 2");
        var (id, plan) = await telegram.MessageAsync("needs approval");
        await telegram.PressAsync(ButtonOf(plan, "Approve"), id, person: 2);
        Assert.Equal(id, (await telegram.MessageAsync("✅")).Id);
        Assert.Equal("app:2", await place.ImageAsync("deployment/shop"));
        await telegram.CommandAsync("/whoami", person: 3);
        await telegram.MessageAsync("I do not know you");
    }

    private static async Task<BotUnderTest> StartAsync(Place place, TelegramTestApi telegram)
    {
        var settings = TestSettings.Read(
            $"shop: {{ workload: deployment/shop, namespace: {place.Namespace}, readyWithin: 20s, settleFor: 0.5s }}", place.Namespace,
            text => text.Replace("web: ann,", "web: ann, telegram: '1',", StringComparison.Ordinal)
                .Replace("web: bob,", "web: bob, telegram: '2',", StringComparison.Ordinal));
        var declared = settings.Telegram with { Api = telegram.Url, Token = new Secret(telegram.Token), Enabled = true };
        settings = settings with { Telegram = declared };
        return await BotUnderTest.StartAsync(settings, place.Client);
    }

    /// <summary>The emulator keeps what was sent, a keyboard as the text it came in too.</summary>
    private static string ButtonOf(JsonNode message, string label)
    {
        var markup = message["reply_markup"]!;
        var keyboard = markup is JsonValue text ? JsonNode.Parse((string)text!)! : markup;
        return keyboard["inline_keyboard"]!.AsArray().SelectMany(row => row!.AsArray())
            .Where(b => (string?)b!["text"] == label).Select(b => (string)b!["callback_data"]!).Single();
    }
}
