using ChatOps.Bot.Chat;
using ChatOps.Bot.Tests.Support;

namespace ChatOps.Bot.Tests.Commands;

/// <summary>The overview of many targets, some of which are not there.</summary>
public sealed class StatusCommandTests(Clusters clusters)
{
    [Theory]
    [InlineData(3, 5, null)]
    [InlineData(22, 20, "and 5 more, 3 of them not well")]
    public async Task What_is_not_well_comes_first_and_of_many_the_rest_is_counted(int missing, int lines, string? last)
    {
        var place = await clusters.PlaceAsync("embedded");
        await place.WorkloadsAsync();
        var none = string.Concat(Enumerable.Range(1, missing)
            .Select(n => $"\n  none-{n}: {{ workload: deployment/none-{n}, namespace: {place.Namespace} }}"));
        await using var bot = await place.BotAsync(text => text + none);
        var card = await bot.TypeAsync("ann", "/status");
        Assert.Equal((CardState.Warning, $"{missing} of {missing + 2} targets are not well"), (card.State, card.Title));
        Assert.Equal(lines, card.Lines.Count);
        Assert.All(card.Lines.Take(Math.Min(missing, lines - 1)), line => Assert.StartsWith("✘ none-", line, StringComparison.Ordinal));
        Assert.Equal(last ?? "✔ shop: 1 of 1 ready", card.Lines[^1]);
        Assert.Equal("none-1", card.Buttons[0].Label);
    }

    [Fact]
    public async Task The_api_server_is_not_asked_about_all_of_many_at_once()
    {
        var place = await Clusters.OwnAsync();
        await using var cluster = place.Cluster;
        using var requests = new RequestsUnderWay(cluster.Embedded!.Url.Port);
        await using var bot = await place.BotAsync(text => text
            + string.Concat(Enumerable.Range(1, 100)
                .Select(n => $"\n  none-{n}: {{ workload: deployment/none-{n}, namespace: {place.Namespace} }}")));
        await bot.ReadyAsync();
        await bot.TypeAsync("ann", "/status");
        // Sixteen, and what the cluster's own parts may ask in the meantime; what is under way still are watches.
        Assert.InRange(requests.Most - requests.Count, 2, 20);
    }
}
