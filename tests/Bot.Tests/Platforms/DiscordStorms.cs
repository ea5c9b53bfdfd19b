using ChatOps.Testing.Discord;

namespace ChatOps.Bot.Tests.Platforms;

/// <summary>Calls to Discord fail in every way, its gateway ends every way it can, it goes away.</summary>
internal sealed class DiscordStorms(Random random, DiscordSimulator discord, TimeProvider time) : Storms(random, time)
{
    private const string Callback = "POST interactions/{interaction}/{token}/callback";
    private const string Edit = "PATCH channels/{channel}/messages/{message}";

    protected override async Task FailAsync()
    {
        var route = Random.Next(2) == 0 ? Callback : Edit;
        switch (Random.Next(12))
        {
            case 0:
                discord.FailNext(DiscordFault.TooMany(TimeSpan.FromSeconds(Random.Next(1, 4)), (DiscordScope)Random.Next(3)), Edit);
                break;
            case 1:
                discord.FailNext(DiscordFault.Refuse(500, 0, "Internal Server Error"), route);
                break;
            case 2:
                discord.FailNext(DiscordFault.Html(502), route);
                break;
            case 3:
                discord.FailNext(DiscordFault.Drop, route);
                break;
            case 4 or 5:
                discord.FailNext(DiscordFault.LoseAnswer, route);
                break;
            case 6:
                discord.CutGateway();
                break;
            case 7:
                discord.AskToReconnect();
                break;
            case 8:
                discord.InvalidateSession(resumable: true);
                break;
            case 9 when Random.Next(4) == 0:
                discord.InvalidateSession();
                break;
            case 10:
                discord.CloseGateway(4000);
                break;
            case 11 when !WasAway:
                await discord.StopListeningAsync();
                GoAway();
                break;
        }
    }

    protected override void ClearFaults() => discord.ClearFaults();

    protected override Task ListenAgainAsync() => discord.ListenAgainAsync();
}
